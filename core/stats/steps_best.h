/* The fewest steps to a target among K trials of an arm: the median, its resamples, and how often the target is
 * reached.
 */
#ifndef FL_STATS_STEPS_BEST_H
#define FL_STATS_STEPS_BEST_H

#include "base/random.h"
#include "stats/stats_trial.h"

/* An arm's steps, ready to be resampled. */
typedef struct fl_stats_steps_best {
    size_t n;
    double *sorted, *weights, *drawn; /* owned */
} fl_stats_steps_best;

/* Trials with steps as their value, +infinity where not reached; 1 <= k <= n. */
fl_stats_steps_best fl_stats_steps_best_new(const fl_stats_trial *trials, size_t n, size_t k);
void fl_stats_steps_best_free(fl_stats_steps_best *best);

/* The median over the subsets of K; +infinity where at least half of them never reach. */
double fl_stats_steps_best_median(const fl_stats_steps_best *best);

/* The share of the subsets that reach. */
double fl_stats_steps_best_reached(const fl_stats_steps_best *best);

/* The median of as many trials drawn with replacement. */
double fl_stats_steps_best_resampled(const fl_stats_steps_best *best, fl_random_stream *stream);

#endif
