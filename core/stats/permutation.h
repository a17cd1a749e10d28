/* Is one arm better than another? A permutation test of the difference of their E[best of K].
 *
 * If the arms were equal, any division of all their trials into two arms of these sizes would be as likely as the one
 * that happened; p is the share of divisions that differ at least as much. With several pairs in a study,
 * p-values go through holm.h.
 */
#ifndef FL_STATS_PERMUTATION_H
#define FL_STATS_PERMUTATION_H

#include "stats/stats_trial.h"
#include <stddef.h>
#include <stdint.h>

enum { FL_STATS_PERMUTATIONS = 4000 }; /* p = .05 is then known to .0035 (one binomial standard error) */

typedef struct fl_stats_difference {
    double difference; /* E[best of K] of the first arm minus the second's: negative where the first is better */
    double p;          /* two-sided, (1 + divisions as extreme) / (1 + divisions tried) */
    double p_worse;    /* one-sided: small where the first arm is the worse one */
} fl_stats_difference;

/* Test two arms, 1 <= k <= both counts. A trial without a figure (+infinity) counts as bad as the worst value of both
 * arms, so that diverging often is a loss but never infinitely many of them. A pure function of its arguments;
 * time grows as (n_a + n_b) times the number of permutations. */
fl_stats_difference fl_stats_permutation(const fl_stats_trial *a, size_t n_a, const fl_stats_trial *b, size_t n_b,
                                         size_t k, size_t permutations, uint64_t seed);

#endif
