# `cmake --install`: programs, library, public headers, studies, plot scripts, pkg-config file.
install(TARGETS fairlead EXPORT fairlead ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})

# core/LAYERS names the private headers: "FOLDER private FILE...".
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS core/LAYERS)
file(STRINGS core/LAYERS lines REGEX "^[^#]* private ")
foreach(line ${lines})
  string(REGEX MATCHALL "[^ ]+" words ${line})
  list(POP_FRONT words folder verb)
  foreach(header ${words})
    list(APPEND private_headers REGEX "/core/${folder}/${header}$" EXCLUDE)
  endforeach()
endforeach()
install(DIRECTORY core/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/fairlead FILES_MATCHING PATTERN "*.h" ${private_headers})

install(DIRECTORY bench/clients DESTINATION ${CMAKE_INSTALL_DATADIR}/fairlead)
install(FILES ${PROJECT_BINARY_DIR}/include/fairlead/optimizer.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/fairlead)

install(DIRECTORY suites plots DESTINATION ${CMAKE_INSTALL_DATADIR}/fairlead)
# The prefix is known only when installing, so it is found from where the file lies.
file(RELATIVE_PATH fairlead_prefix_from_pc /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/fairlead.pc.in fairlead.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/fairlead.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
