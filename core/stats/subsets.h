/* Weights of ranks in the best of K: with trials ranked 1..N, the one of rank r is the best of C(N - r, K - 1) of the
 * C(N, K) subsets,
 *
 *     w_1 = K / N,    w_(r+1) = w_r (N - r - K + 1) / (N - r),
 *
 * which meets an exact zero at rank N - K + 2 and stays there.
 */
#ifndef FL_STATS_SUBSETS_H
#define FL_STATS_SUBSETS_H

#include <stddef.h>

/* The share of the subsets of `k` of `n` trials in which the trial of each rank is the best; 1 <= k <= n. */
void fl_stats_subset_weights(size_t n, size_t k, double *weights);

/* How many ranks are to be looked at: those before which all but 1e-15 of the weight lies, 173 where K is a fifth of
 * the trials, however many they are. Of up to 1,000 trials, and where it would spare little, all. */
size_t fl_stats_depth(size_t n, size_t k);

#endif
