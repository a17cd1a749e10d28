/* Best of K: what selection reports when only K of N trials had been run.
 *
 * Choi et al. 2019 resample the N trials with replacement, take the first K, select, and repeat that 100 times. That
 * resampling has a closed form, P(rank of the selected trial <= r) = 1 - (1 - r/N)^K, so its mean and percentiles
 * are given exactly and need no seed. They describe resampling these N trials and nothing else: what may be claimed of
 * new trials is expected_best.h's business.
 */
#ifndef FL_STATS_BEST_OF_H
#define FL_STATS_BEST_OF_H

#include "stats/stats_trial.h"
#include <stddef.h>

typedef struct fl_stats_distribution {
    size_t k;
    double mean;              /* over the draws whose value is finite; +infinity when there are none */
    double low, median, high; /* 5th, 50th and 95th percentile over all draws, +infinity included */
    double finite;            /* the share of draws whose value is finite */
} fl_stats_distribution;

/* The distribution of the reported value of the best of `k` >= 1 draws from `n` >= 1 trials. */
fl_stats_distribution fl_stats_best_of(const fl_stats_trial *trials, size_t n, size_t k);

/* The distributions for K = 1, 2, 4, ... and N itself, for the `budget` figure. Returns how many. */
enum { FL_STATS_DISTRIBUTIONS = 65 };
size_t fl_stats_best_of_each(const fl_stats_trial *trials, size_t n,
                             fl_stats_distribution distributions[FL_STATS_DISTRIBUTIONS]);

#endif
