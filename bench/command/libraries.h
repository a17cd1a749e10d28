/* Libraries that a build or a machine may lack, for doctor and --version. */
#ifndef BENCH_COMMAND_LIBRARIES_H
#define BENCH_COMMAND_LIBRARIES_H

#include <jansson.h>

/* By name the library with its version, or why it is missing. The caller owns it. */
json_t *libraries_found(void);

#endif
