# `cmake --install`: programs, library, headers, studies, plot scripts, pkg-config file.
install(TARGETS fairlead EXPORT fairlead ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY core/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/fairlead FILES_MATCHING PATTERN "*.h")
install(DIRECTORY suites plots DESTINATION ${CMAKE_INSTALL_DATADIR}/fairlead)
# The prefix is known only when installing, so it is told from where the file lies.
file(RELATIVE_PATH fairlead_prefix_from_pc /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/fairlead.pc.in fairlead.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/fairlead.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
