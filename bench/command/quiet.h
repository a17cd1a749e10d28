/* Is this machine quiet enough for timings? */
#ifndef BENCH_COMMAND_QUIET_H
#define BENCH_COMMAND_QUIET_H

#include "base/json.h"

typedef struct quiet {
    double load, unsteadiness; /* over the last minute; how much longer one in ten equal pieces of work takes */
    json_t *doubts;            /* what speaks against timings, a list of texts; owned by the caller */
} quiet;

quiet quiet_now(void);

#endif
