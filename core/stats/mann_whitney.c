/* U = R - n_a (n_a + 1) / 2 with R the sum of the first sample's ranks in both samples together.
 *
 * Without ties the number of ways to choose n_a of the ranks 0..N-1 with a given sum gives the exact distribution. With
 * ties or many values U is nearly normal, with variance n_a n_b / 12 (N + 1 - sum(t^3 - t) / (N (N - 1))) over the tied
 * groups t.
 */
#include "stats/mann_whitney.h"
#include "base/memory.h"
#include "stats/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_EXACT = 25 }; /* C(50, 25) < 2^53: the counts below are whole numbers, exactly */

/* ways[u]: in how many ways n_a of N = n_a + n_b distinct ranks give U = u, for u = 0..n_a n_b. An item of rank r
 * adds r; as the chosen one of rank j among the chosen it adds r - j to U. */
static double *count_ways(size_t n_a, size_t n_b)
{
    size_t width = n_a * n_b + 1;
    double *ways = fl_memory_new((n_a + 1) * width, sizeof *ways);
    ways[0] = 1;
    for (size_t rank = 0; rank < n_a + n_b; rank++) {
        for (size_t chosen = rank < n_a ? rank + 1 : n_a; chosen >= 1; chosen--) {
            size_t gain = rank - (chosen - 1);
            double *with = ways + chosen * width, *without = with - width;
            for (size_t u = gain; u < width; u++) with[u] += without[u - gain];
        }
    }
    memmove(ways, ways + n_a * width, width * sizeof *ways);
    return ways;
}

/* P(U <= u) + P(U >= n_a n_b - u) for the smaller tail u, at most 1. */
static double exact_p(double u, size_t n_a, size_t n_b)
{
    double *ways = count_ways(n_a, n_b);
    double all = 0, tail = 0;
    double smaller = fmin(u, (double)(n_a * n_b) - u);
    for (size_t i = 0; i <= n_a * n_b; i++) {
        all += ways[i];
        if ((double)i <= smaller) tail += ways[i];
    }
    free(ways);
    return fmin(1, 2 * tail / all);
}

/* erfc's last bits may differ between machines, which is harmless: what is tested this way is timings. */
static double normal_p(double u, double n_a, double n_b, double ties)
{
    double n = n_a + n_b;
    double variance = n_a * n_b / 12 * (n + 1 - ties / (n * (n - 1)));
    double distance = fabs(u - n_a * n_b / 2) - 0.5;
    return variance > 0 && distance > 0 ? erfc(distance / sqrt(2 * variance)) : 1;
}

fl_stats_u_test fl_stats_mann_whitney(const double *a, size_t n_a, const double *b, size_t n_b)
{
    size_t n = n_a + n_b;
    double *values = fl_memory_new(n, sizeof *values), *ranks = fl_memory_new(n, sizeof *ranks);
    memcpy(values, a, n_a * sizeof *values);
    memcpy(values + n_a, b, n_b * sizeof *values);
    double ties = fl_stats_ranks(values, n, ranks), u = -(double)n_a * ((double)n_a + 1) / 2;
    for (size_t i = 0; i < n_a; i++) u += ranks[i];
    free(ranks);
    free(values);
    bool exact = ties == 0 && n_a <= MOST_EXACT && n_b <= MOST_EXACT;
    double p = exact ? exact_p(u, n_a, n_b) : normal_p(u, (double)n_a, (double)n_b, ties);
    return (fl_stats_u_test){ .u = u, .p = p, .exact = exact };
}
