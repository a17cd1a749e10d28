/* Perfect scaling: does twice the batch need half the steps to the target (Shallue et al. 2018)? The slope of log2 of
 * the steps against log2 of the batch size is then -1.
 */
#ifndef FL_STATS_SCALING_H
#define FL_STATS_SCALING_H

#include "stats/stats_trial.h"
#include <stdint.h>

/* One batch size: trials with the steps to the target as their value, +infinity where not reached. */
typedef struct fl_stats_scaling_batch {
    double batch;
    const fl_stats_trial *trials;
    size_t n;
} fl_stats_scaling_batch;

typedef struct fl_stats_scaling {
    double slope;     /* through the sure batch sizes; NaN below two of them */
    double low, high; /* 5th and 95th percentile over resampled trials; NaN below three, of which nothing is claimed */
    size_t n_reached; /* batch sizes whose median best of `k` reaches the target */
    size_t n_sure;    /* those of them that do so in at least .95 of the resamples */
} fl_stats_scaling;

/* By the median steps of the best of `k` at each of `n` batch sizes, `k` at most a fifth of the trials of any. A pure
 * function of its arguments. */
fl_stats_scaling fl_stats_scaling_of(const fl_stats_scaling_batch *batches, size_t n, size_t k, size_t resamples,
                                     uint64_t seed);

#endif
