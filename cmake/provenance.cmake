# build.c says what this build is (core/record/build.h); it is looked at anew at every build.
string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
string(STRIP "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${build_type}} -ffp-contract=off" fairlead_flags)
add_custom_target(fairlead_build_facts BYPRODUCTS ${PROJECT_BINARY_DIR}/build.c
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DOUTPUT=${PROJECT_BINARY_DIR}/build.c
          -DPROJECT_VERSION=${PROJECT_VERSION} "-Dfairlead_flags=${fairlead_flags}"
          "-DCMAKE_C_COMPILER_ID=${CMAKE_C_COMPILER_ID}" "-DCMAKE_C_COMPILER_VERSION=${CMAKE_C_COMPILER_VERSION}"
          -P ${PROJECT_SOURCE_DIR}/cmake/build.cmake VERBATIM)
add_dependencies(fairlead fairlead_build_facts)
