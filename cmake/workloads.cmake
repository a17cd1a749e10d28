# Writes OUTPUT: C source that holds the files of FOLDER, the built-in workloads, in order of their names.
file(GLOB_RECURSE files RELATIVE ${FOLDER} ${FOLDER}/*.json)
list(SORT files)
foreach(file ${files})
  string(REGEX REPLACE "\\.json$" "" name ${file})
  file(READ ${FOLDER}/${file} bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(MAKE_C_IDENTIFIER "text_${name}" text)
  string(APPEND texts "static const char ${text}[] = { ${bytes} 0 };\n")
  string(APPEND table "    { \"${name}\", ${text} },\n")
endforeach()
file(WRITE ${OUTPUT} "/* Written by CMake from suites/workloads. */
#include \"workload/builtin.h\"

#include <stddef.h>

${texts}
const fl_workload_text fl_workload_builtin[] = {
${table}    { NULL, NULL },
};
")
