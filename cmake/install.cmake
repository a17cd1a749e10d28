# `cmake --install`: programs, library, the interface's headers, studies, plot scripts, man pages, completion, and what
# pkg-config and CMake need to find the library. COMPONENT names the Debian package it goes into (cmake/package.cmake).
include(CMakePackageConfigHelpers)
set(dev COMPONENT libfairlead-dev)

install(TARGETS fairlead_shared EXPORT fairlead LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT fairlead
        NAMELINK_COMPONENT libfairlead-dev)
file(GLOB interface core/fairlead/*.h)
list(FILTER interface EXCLUDE REGEX "/api\\.h$")
install(FILES ${interface} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/fairlead ${dev})
install(DIRECTORY docs/examples/ DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libfairlead-dev/examples ${dev})

install(FILES ${PROJECT_BINARY_DIR}/include/fairlead/optimizer.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/fairlead ${dev})
install(DIRECTORY bench/clients DESTINATION ${CMAKE_INSTALL_DATADIR}/fairlead COMPONENT fairlead
        FILES_MATCHING PATTERN "*.py" PATTERN "*.h")

install(EXPORT fairlead FILE fairlead-targets.cmake NAMESPACE fairlead:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/fairlead ${dev})
configure_package_config_file(cmake/fairlead-config.cmake.in fairlead-config.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/fairlead)
write_basic_package_version_file(fairlead-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/fairlead-config.cmake ${PROJECT_BINARY_DIR}/fairlead-config-version.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/fairlead ${dev})
# The prefix is known only when installing, so it is found from where the file lies.
file(RELATIVE_PATH fairlead_prefix_from_pc /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/fairlead.pc.in fairlead.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/fairlead.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig ${dev})

install(DIRECTORY suites plots DESTINATION ${CMAKE_INSTALL_DATADIR}/fairlead COMPONENT fairlead)

# The documents, with the figures that they show where their links look for them. A copy of the tree may lack results.
set(documents ${CMAKE_INSTALL_DATADIR}/doc/fairlead)
install(FILES README.md DESTINATION ${documents} COMPONENT fairlead)
install(DIRECTORY docs DESTINATION ${documents} COMPONENT fairlead FILES_MATCHING PATTERN "*.md"
        PATTERN completion EXCLUDE PATTERN examples EXCLUDE)
install(FILES results/reference/FINDINGS.md DESTINATION ${documents}/results/reference COMPONENT fairlead OPTIONAL)
foreach(document README.md docs/reading_the_page.md results/reference/FINDINGS.md)
  if(NOT EXISTS ${PROJECT_SOURCE_DIR}/${document})
    continue()
  endif()
  get_filename_component(folder ${document} DIRECTORY)
  file(STRINGS ${document} lines REGEX "^!\\[")
  foreach(line ${lines})
    string(REGEX REPLACE ".*\\(([^()]*)\\)$" "\\1" figure "${line}")
    get_filename_component(figure "${PROJECT_SOURCE_DIR}/${folder}/${figure}" ABSOLUTE)
    file(RELATIVE_PATH place ${PROJECT_SOURCE_DIR} ${figure})
    get_filename_component(place ${place} DIRECTORY)
    install(FILES ${figure} DESTINATION ${documents}/${place} COMPONENT fairlead OPTIONAL)
  endforeach()
endforeach()

# Man pages, as the program prints them of itself.
set(man ${PROJECT_BINARY_DIR}/man)
add_custom_command(OUTPUT ${man}/fairlead.1.gz
  COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:fairlead_program> -DSCHEMA=${PROJECT_SOURCE_DIR}/suites/study.schema.json
          -DFOLDER=${man} -P ${PROJECT_SOURCE_DIR}/cmake/manual.cmake
  DEPENDS fairlead_program suites/study.schema.json cmake/manual.cmake VERBATIM)
add_custom_target(fairlead_manual ALL DEPENDS ${man}/fairlead.1.gz)
install(DIRECTORY ${man}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT fairlead FILES_MATCHING PATTERN "*.1.gz")
install(DIRECTORY ${man}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man5 COMPONENT fairlead FILES_MATCHING PATTERN "*.5.gz")
install(FILES docs/completion/fairlead.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME fairlead
        COMPONENT fairlead)
install(FILES docs/completion/_fairlead DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT fairlead)

# What Debian wants to find beside each package.
# Who packages says so as elsewhere in Debian, by DEBFULLNAME and DEBEMAIL.
set(fairlead_contact "The Fairlead authors <fairlead@localhost>")
if(DEFINED ENV{DEBEMAIL})
  set(fairlead_contact "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
endif()
set(changelog ${PROJECT_BINARY_DIR}/changelog.gz)
configure_file(cmake/changelog.in changelog @ONLY)
add_custom_command(OUTPUT ${changelog} COMMAND gzip -9nkf ${PROJECT_BINARY_DIR}/changelog DEPENDS cmake/changelog.in VERBATIM)
add_custom_target(fairlead_changelog ALL DEPENDS ${changelog})
foreach(package fairlead libfairlead-dev)
  install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} RENAME copyright COMPONENT ${package})
  install(FILES ${changelog} DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${package})
endforeach()

include(cmake/package.cmake)
