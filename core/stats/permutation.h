/* Is one arm better than another? A permutation test of the studentized difference of their E[best of K].
 *
 * If the arms were equal, any division of all their trials into two arms of these sizes would be as likely as the one
 * that happened; p is the fraction of divisions whose statistic is at least as extreme: of all of them where they are no
 * more than would be drawn at random. Paired arms swap their labels within a pair instead. With several pairs of arms in a study, p-values go through holm.h.
 *
 * The statistic is the difference of the U-statistics over the root of their summed jackknife variances (Chung and
 * Romano 2013; of paired arms the jackknife leaves out pairs). The plain difference would call arms with the same
 * E[best of K] but unlike spread different in .12 to .25 of all cases instead of .05, mostly the arm with the wider
 * space the worse.
 */
#ifndef FL_STATS_PERMUTATION_H
#define FL_STATS_PERMUTATION_H

#include "stats/arms.h"
#include <stdint.h>

enum { FL_STATS_PERMUTATIONS = 4000 }; /* p = .05 is then known to .0035 (one binomial standard error) */

typedef struct fl_stats_difference {
    double difference;     /* E[best of K] of the first arm minus the second's: negative where the first is better */
    double standard_error; /* by the jackknife; 0 where an arm has no more than K trials */
    double p;              /* two-sided; by random divisions (1 + those as extreme) / (1 + those tried) */
    double p_worse;        /* one-sided: small where the first arm is the worse one */
} fl_stats_difference;

/* Test two arms. A pure function of its arguments; time grows as the number of trials with weight (fl_stats_depth)
 * times that of permutations. Of arms that fl_stats_arms_many calls many p is the normal limit's, and `permutations` is
 * not used. Where an arm has no more than K trials there is no jackknife, and the plain difference is permuted. */
fl_stats_difference fl_stats_permutation(const fl_stats_arms *arms, size_t permutations, uint64_t seed);

/* The least p that a test of these arms can give, however far apart they are. */
double fl_stats_permutation_least(size_t n_a, size_t n_b, bool paired);

#endif
