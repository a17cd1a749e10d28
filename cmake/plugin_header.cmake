cmake_policy(VERSION 3.25)
# Writes OUTPUT, <fairlead/optimizer.h>: all that an optimizer may include, in one file that needs no other, for C and C++.
# What the system has comes first, so that it lies outside of extern "C".
foreach(name base/clones base/error base/text base/entry base/exact base/hyper base/random tensor/tensor math/dense
        optimizer/optimizer plugin/plugin)
  file(READ ${SOURCE}/core/${name}.h text)
  string(REGEX MATCHALL "#include <[^>]*>" lines "${text}")
  list(APPEND system ${lines})
  string(REGEX REPLACE "#include [<\"][^>\"]*[>\"]\n" "" text "${text}")
  string(APPEND body "${text}\n")
endforeach()
list(REMOVE_DUPLICATES system)
string(REPLACE ";" "\n" system "${system}")
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT "/* Optimizers of your own for Fairlead: written from its headers; docs/your_optimizer.md shows how to use it. */
#include <math.h>
@system@
#ifdef __cplusplus
extern \"C\" {
#endif

@body@
#ifdef __cplusplus
}
#endif
")
