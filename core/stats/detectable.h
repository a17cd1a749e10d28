/* How small a difference can a study find? To be asked before it runs, with a pilot's trials; a power worked out from
 * the study's own result says nothing that its p does not say.
 *
 * The detectable difference is the shift that a test of permutation.h's statistic finds in 80 % of simulated studies
 * whose trials are drawn from the pilot's, at a level that allows for the number of tests (Holm's first step).
 */
#ifndef FL_STATS_DETECTABLE_H
#define FL_STATS_DETECTABLE_H

#include "stats/arms.h"
#include <stdint.h>

/* Trials of each arm that make a pilot for the best of `k`: 10, and at least 2 k. The best of 20 out of ten trials is
 * nearly always the same one: its spread, and with it the difference, would come out at .3 to .5 of the true one, at
 * 2 k trials at .8 to .95 (medians over simulated arms of three shapes). */
size_t fl_stats_pilot(size_t k);

/* The detectable difference of E[best of `pilot->k`] with `n` > k trials in each arm, at a two-sided level. NaN where
 * it cannot be said: with fewer than fl_stats_pilot(k) trials in an arm of the pilot, without any spread among them,
 * with a result beyond all differences among them, where `n` trials cannot reach the level however far apart they are,
 * and above FL_STATS_MANY trials. Time grows as n / level. */
double fl_stats_detectable(const fl_stats_arms *pilot, size_t n, double level, uint64_t seed);

#endif
