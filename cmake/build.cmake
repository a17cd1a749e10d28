# Run at every build: writes build.c with the present commit, and touches it only when something changed.
execute_process(COMMAND git -C ${SOURCE} describe --always --abbrev=12 --exclude=* --dirty=+
                OUTPUT_VARIABLE fairlead_commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
configure_file(${SOURCE}/cmake/build.c.in ${OUTPUT} @ONLY)
