/* The machine's limits, measured by what this process could do at best: matrix products and memory traffic of one
 * thread. A kernel's figure means something only beside them. The best of several runs counts, since whatever else the
 * machine does can only take time away.
 */
#ifndef BENCH_SPEED_ROOFLINE_ROOFLINE_H
#define BENCH_SPEED_ROOFLINE_ROOFLINE_H

#include "base/arena.h"
#include "backend/backend.h"

/* The least seconds of one `run(what)`, of at least 5 runs and 50 milliseconds. */
double roofline_seconds(void (*run)(void *what), void *what);

/* Floating-point operations per second of the fastest library and size of square matrix product; 0 where none can
 * compute in this precision. `winner`, if not NULL, gets library and size in words. Measured at the first call,
 * remembered from then on. */
double roofline_product(fl_backend_precision precision, char winner[60]);

typedef enum roofline_traffic {
    ROOFLINE_READ,
    ROOFLINE_WRITE,
    ROOFLINE_TRIAD, /* a = b + s c, counted as three arrays (McCalpin's STREAM) */
    ROOFLINE_TRAFFICS
} roofline_traffic;

const char *roofline_traffic_name(roofline_traffic traffic);

/* Bytes per second to and from memory, over arrays no cache holds. Measured at every call. */
double roofline_bandwidth(roofline_traffic traffic);

#endif
