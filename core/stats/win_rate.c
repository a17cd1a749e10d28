/* The trial of rank r of an arm is the best of a subset with the weight that expected_best.h gives; a walk over the
 * values of both arms from the lowest sums, for each, the weight of the other arm that lies above it. */
#include "stats/win_rate.h"
#include "base/memory.h"
#include "stats/expected_best.h"
#include "stats/sample.h"
#include "stats/subsets.h"

#include <stdlib.h>

static void fill(const fl_stats_trial *trials, size_t n, size_t k, double *values, double *weights)
{
    fl_stats_ranked_values(trials, n, values);
    fl_stats_subset_weights(n, k, weights);
}

double fl_stats_win_rate(const fl_stats_arms *arms)
{
    size_t n = arms->n_a + arms->n_b, *order = fl_memory_new(n, sizeof *order);
    double *values = fl_memory_new(n, sizeof *values), *weights = fl_memory_new(n, sizeof *weights);
    fill(arms->a, arms->n_a, arms->k, values, weights);
    fill(arms->b, arms->n_b, arms->k, values + arms->n_a, weights + arms->n_a);
    fl_stats_order(values, n, order);
    double wins = 0, above = 1; /* the weight of b's values that are not below this group of ties */
    for (size_t first = 0, end; first < n; first = end) {
        double of[2] = { 0, 0 };
        for (end = first; end < n && values[order[end]] == values[order[first]]; end++)
            of[order[end] >= arms->n_a] += weights[order[end]];
        wins += of[0] * (above - of[1] / 2);
        above -= of[1];
    }
    free(order);
    free(values);
    free(weights);
    return wins;
}
