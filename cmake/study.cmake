# Writes OUTPUT: C source that holds the study file STUDY, called NAME.
file(READ ${STUDY} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE ${OUTPUT} "/* Written by CMake from suites/${NAME}.json. */
#include \"command/builtin.h\"

static const char text[] = { ${bytes} 0 };
const char *const builtin_study = \"${NAME}\";
const char *const builtin_text = text;
")
