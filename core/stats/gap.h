/* How much worse is one arm than another? The difference of their E[best of K] with an interval, and the evidence that
 * it stays below a margin.
 *
 * Each arm's trials are resampled by themselves, those of paired arms pair by pair, and the estimates subtracted.
 * Whether the arms differ at all is permutation.h's business, whose p holds for any number of trials; that a difference
 * is small can only be seen from an interval.
 */
#ifndef FL_STATS_GAP_H
#define FL_STATS_GAP_H

#include "stats/arms.h"
#include <stdint.h>

typedef struct fl_stats_gap {
    double difference; /* E[best of K] of the first arm minus the second's: positive where the first is worse */
    double low, high;  /* 5th and 95th percentile over resampled sets of trials, freed of bias */
    double p_beyond;   /* of a difference above the margin: (1 + resamples above it) / (1 + resamples) */
} fl_stats_gap;

/* A pure function of its arguments; time grows as the number of trials with weight (fl_stats_depth) times that of
 * resamples. Of arms that fl_stats_arms_many calls many it is the normal limit's, with the jackknife's standard error.
 */
fl_stats_gap fl_stats_gap_of(const fl_stats_arms *arms, double margin, size_t resamples, uint64_t seed);

/* The resampled differences behind it, in the order drawn; of many trials draws of that limit. */
void fl_stats_gap_resampled(const fl_stats_arms *arms, uint64_t seed, double *differences, size_t resamples);

/* How often the interval of `n` pairs at K = n/5 holds the truth in simulated studies; NaN below 5. */
double fl_stats_paired_coverage(size_t n);

#endif
