# Writes compressed man pages into FOLDER from what PROGRAM says of itself and from the study's SCHEMA.
function(page name)
  execute_process(COMMAND ${PROGRAM} ${ARGN} OUTPUT_FILE ${FOLDER}/${name} COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND gzip -9nf ${FOLDER}/${name} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(MAKE_DIRECTORY ${FOLDER})
page(fairlead.1 --help=man)
page(fairlead-study.5 manual ${SCHEMA})
execute_process(COMMAND ${PROGRAM} complete "" OUTPUT_VARIABLE verbs OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" verbs "${verbs}")
foreach(verb ${verbs})
  page(fairlead-${verb}.1 ${verb} --help=man)
endforeach()
