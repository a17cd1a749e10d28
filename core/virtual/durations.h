/* How long things take in virtual time: random durations in whole nanoseconds, by their mean.
 *
 *   constant      m
 *   exponential   -m log(1 - u)
 *   lognormal     m exp(s z - s^2 / 2)                       s = spread, the standard deviation of the logarithm
 *   pareto        m (a - 1) / a (1 - u)^(-1/a)               a = spread, the tail index, above 1
 *   trace         m d / (mean of all d)                      d drawn from the trace's durations, all alike
 *
 * with u uniform on [0, 1) and z standard normal.
 */
#ifndef FL_VIRTUAL_DURATIONS_H
#define FL_VIRTUAL_DURATIONS_H

#include "base/random.h"
#include "virtual/trace.h"

typedef enum fl_virtual_distribution {
    FL_VIRTUAL_CONSTANT,
    FL_VIRTUAL_EXPONENTIAL,
    FL_VIRTUAL_LOGNORMAL,
    FL_VIRTUAL_PARETO,
    FL_VIRTUAL_TRACE,
    FL_VIRTUAL_DISTRIBUTIONS
} fl_virtual_distribution;

/* Their names in this order, NULL-ended. */
extern const char *const fl_virtual_distributions[];

typedef struct fl_virtual_duration {
    fl_virtual_distribution distribution;
    double mean;                   /* seconds; 0: none, always */
    double spread;                 /* of lognormal and pareto */
    const fl_virtual_trace *trace; /* borrowed; of FL_VIRTUAL_TRACE */
} fl_virtual_duration;

/* The next one: the same from the same stream on every machine, at most 2^53 nanoseconds. */
uint64_t fl_virtual_duration_draw(const fl_virtual_duration *duration, fl_random_stream *stream);

/* Nanoseconds in seconds. */
double fl_virtual_seconds(uint64_t nanoseconds);

#endif
