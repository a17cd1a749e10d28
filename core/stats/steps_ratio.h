/* How many times as fast is one arm as another? The ratio of the medians of the fewest steps to a target among K
 * trials, with what the distance between evaluations leaves open.
 */
#ifndef FL_STATS_STEPS_RATIO_H
#define FL_STATS_STEPS_RATIO_H

#include "stats/arms.h"
#include <stdint.h>

typedef struct fl_stats_steps_ratio {
    double a, b;      /* medians of the best of K; +infinity where more than half of the draws never reach */
    double ratio;     /* a / b: below 1 where a is the faster one; NaN where neither reaches, 0 or +infinity */
    double low, high; /* 90 % interval, the resolution on both sides in it; +infinity: beyond the budget */
    double reached_a, reached_b; /* shares of the draws that reach */
    bool coarse;                 /* the resolution alone leaves open which is faster: not the same as equal */
} fl_stats_steps_ratio;

/* How far the evaluation at a step lies behind the one before it: a step count s means that the target was reached
 * after s - resolution(of, s) and by s. Evaluations may lie the farther apart the later they are. */
typedef double fl_stats_resolution(const void *of, double step);

/* Trials with steps as score and value, +infinity where not reached; K at most a fifth of them. `of_a` and `of_b` are
 * what `resolution` is to be asked of each arm. A pure function of its arguments. */
fl_stats_steps_ratio fl_stats_steps_ratio_of(const fl_stats_arms *arms, fl_stats_resolution *resolution,
                                             const void *of_a, const void *of_b, size_t resamples, uint64_t seed);

#endif
