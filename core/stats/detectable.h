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

enum { FL_STATS_PILOT = 10 }; /* trials of each arm that make a pilot */

/* The detectable difference of E[best of `pilot->k`] with `n` > k trials in each arm, at a two-sided level. NaN where
 * it cannot be said: with fewer than FL_STATS_PILOT trials in an arm of the pilot, without any spread among them, with
 * a result beyond all differences among them, where `n` trials cannot reach the level however far apart they are, and
 * above FL_STATS_MANY trials, of whose best few a pilot knows nothing.
 * `k` may exceed the number of the pilot's trials. Time grows as n / level. */
double fl_stats_detectable(const fl_stats_arms *pilot, size_t n, double level, uint64_t seed);

#endif
