# With FAIRLEAD_REST, another build folder of this tree, only sources that match FAIRLEAD_ONLY are compiled: of the others
# that folder has the objects. For builds that differ from it in little.
set(FAIRLEAD_REST "" CACHE PATH "A build folder of this tree whose objects are taken for what FAIRLEAD_ONLY does not name")
set(FAIRLEAD_ONLY "." CACHE STRING "With FAIRLEAD_REST: the sources to compile, as a regular expression")

# Leave in SOURCES, a list of files below the current folder, what is to be compiled; OBJECTS are those of the rest.
function(fairlead_split sources objects folder)
  set(rest "")
  if(FAIRLEAD_REST)
    set(rest ${${sources}})
    list(FILTER ${sources} INCLUDE REGEX "${FAIRLEAD_ONLY}")
    list(FILTER rest EXCLUDE REGEX "${FAIRLEAD_ONLY}")
    list(TRANSFORM rest REPLACE "^${CMAKE_CURRENT_SOURCE_DIR}/(.*)$" "${FAIRLEAD_REST}/${folder}/\\1.o")
  endif()
  set(${sources} ${${sources}} PARENT_SCOPE)
  set(${objects} ${rest} PARENT_SCOPE)
endfunction()
