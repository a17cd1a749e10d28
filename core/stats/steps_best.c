/* The median of the best of K among subsets of N: the rank at which the subset weights (expected_best.h) pass one half.
 */
#include "stats/steps_best.h"
#include "base/memory.h"
#include "stats/expected_best.h"
#include "stats/sample.h"
#include "stats/subsets.h"

#include <math.h>
#include <stdlib.h>

static const double ROUNDING = 1e-12;

fl_stats_steps_best fl_stats_steps_best_new(const fl_stats_trial *trials, size_t n, size_t k)
{
    fl_stats_steps_best best = { n, fl_memory_new(n, sizeof(double)), fl_memory_new(n, sizeof(double)),
                                 fl_memory_new(n, sizeof(double)) };
    for (size_t i = 0; i < n; i++) best.sorted[i] = trials[i].value;
    fl_stats_sort(best.sorted, n);
    fl_stats_subset_weights(n, k, best.weights);
    return best;
}

void fl_stats_steps_best_free(fl_stats_steps_best *best)
{
    free(best->sorted);
    free(best->weights);
    free(best->drawn);
}

/* The lowest of the sorted steps that at least half of the subsets do not exceed. */
static double median(const double *sorted, const double *weights, size_t n)
{
    size_t i = 0;
    double passed = weights[0];
    while (i + 1 < n && passed < 0.5 - ROUNDING) passed += weights[++i];
    return sorted[i];
}

double fl_stats_steps_best_median(const fl_stats_steps_best *best)
{
    return median(best->sorted, best->weights, best->n);
}

double fl_stats_steps_best_reached(const fl_stats_steps_best *best)
{
    double sum = 0;
    for (size_t i = 0; i < best->n; i++) sum += isfinite(best->sorted[i]) ? best->weights[i] : 0;
    return sum;
}

double fl_stats_steps_best_resampled(const fl_stats_steps_best *best, fl_random_stream *stream)
{
    for (size_t i = 0; i < best->n; i++) best->drawn[i] = best->sorted[fl_random_below(stream, best->n)];
    fl_stats_sort(best->drawn, best->n);
    return median(best->drawn, best->weights, best->n);
}
