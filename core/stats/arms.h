/* Two arms to be compared on E[best of K], as the tests and intervals of this folder take them. */
#ifndef FL_STATS_ARMS_H
#define FL_STATS_ARMS_H

#include "stats/stats_trial.h"
#include <stdbool.h>
#include <stddef.h>

/* Borrowed trials; 1 <= k <= n_a and n_b. Paired: trial i of both arms has the same point and seed, and n_a == n_b. A
 * trial without a figure (+infinity) counts as bad as the worst value of both arms, so that diverging often is a loss
 * but never infinitely many of them. */
typedef struct fl_stats_arms {
    const fl_stats_trial *a, *b;
    size_t n_a, n_b, k;
    bool paired;
} fl_stats_arms;

/* The smaller of two counts: what both arms have. */
static inline size_t fl_stats_fewer(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* So many trials of both arms, and so many times K, that the studentized difference is normal: over 10,000 and 200 K.
 * The number of trials alone does not do it. With K = N/5 four fifths of the weight lie on the first seven ranks
 * however many there are: what the normal limit calls p = .0005 happens to equal arms in .0012 (Weibull of shape 1) to
 * .0033 (shapes 2 and 4) of 60,000 simulated studies. */
bool fl_stats_arms_many(const fl_stats_arms *arms);

#define FL_STATS_Z_95 1.6448536269514722 /* the 95th percentile of the normal distribution */

/* The trials of both arms one after the other, infinite values replaced as above; to be freed. */
fl_stats_trial *fl_stats_arms_capped(const fl_stats_arms *arms);

#endif
