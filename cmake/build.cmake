# Run at every build: writes build.c with the present commit and the sources' sum, and touches it only when one changed.
execute_process(COMMAND git -C ${SOURCE} describe --always --abbrev=12 --exclude=* --dirty=+
                OUTPUT_VARIABLE fairlead_commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
file(GLOB_RECURSE files ${SOURCE}/core/*.[ch] ${SOURCE}/suites/workloads/*.json)
list(APPEND files ${SOURCE}/CMakeLists.txt)
foreach(file ${files})
  file(SHA256 ${file} sum)
  string(APPEND sums ${sum})
endforeach()
string(SHA256 fairlead_sources "${sums}")
string(SUBSTRING ${fairlead_sources} 0 12 fairlead_sources)
configure_file(${SOURCE}/cmake/build.c.in ${OUTPUT} @ONLY)
