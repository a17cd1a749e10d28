/* How much worse is one arm than another? The difference of their E[best of K] with an interval, and the evidence that
 * it stays below a margin.
 *
 * Each arm's trials are resampled by themselves (expected_best.h), and the estimates subtracted pair by pair. Whether
 * the arms differ at all is permutation.h's business, whose p holds for any number of trials; that a difference is
 * small can only be seen from an interval.
 */
#ifndef FL_STATS_GAP_H
#define FL_STATS_GAP_H

#include "stats/stats_trial.h"
#include <stddef.h>
#include <stdint.h>

typedef struct fl_stats_gap {
    double difference; /* E[best of K] of the first arm minus the second's: positive where the first is worse */
    double low, high;  /* 5th and 95th percentile over resampled sets of trials */
    double p_beyond;   /* of a difference above the margin: (1 + resamples above it) / (1 + resamples) */
} fl_stats_gap;

/* Two arms, 1 <= k <= both counts. A trial without a figure counts as in fl_stats_permutation. A pure function of its
 * arguments; time grows as (n_a + n_b) times the number of resamples. */
fl_stats_gap fl_stats_gap_of(const fl_stats_trial *a, size_t n_a, const fl_stats_trial *b, size_t n_b, size_t k,
                             double margin, size_t resamples, uint64_t seed);

#endif
