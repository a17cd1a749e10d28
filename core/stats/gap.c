/* Percentiles of resampled differences (Efron 1979), arms resampled independently of each other. */
#include "stats/gap.h"
#include "base/memory.h"
#include "stats/expected_best.h"
#include "stats/sample.h"

#include <stdlib.h>

/* Both arms' trials one after the other, their values capped. */
static fl_stats_trial *capped(const fl_stats_trial *a, size_t n_a, const fl_stats_trial *b, size_t n_b)
{
    size_t n = n_a + n_b;
    fl_stats_trial *trials = fl_memory_new(n, sizeof *trials);
    double *values = fl_memory_new(n, sizeof *values);
    for (size_t i = 0; i < n; i++) {
        trials[i] = i < n_a ? a[i] : b[i - n_a];
        values[i] = trials[i].value;
    }
    fl_stats_cap(values, n);
    for (size_t i = 0; i < n; i++) trials[i].value = values[i];
    free(values);
    return trials;
}

static size_t count_above(const double *values, size_t n, double margin)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) count += values[i] > margin;
    return count;
}

fl_stats_gap fl_stats_gap_of(const fl_stats_trial *a, size_t n_a, const fl_stats_trial *b, size_t n_b, size_t k,
                             double margin, size_t resamples, uint64_t seed)
{
    double finite, *gaps = fl_memory_new(resamples, sizeof *gaps), *taken = fl_memory_new(resamples, sizeof *taken);
    fl_stats_trial *first = capped(a, n_a, b, n_b), *second = first + n_a;
    fl_stats_expected_best_resampled(first, n_a, k, seed, gaps, resamples);
    fl_stats_expected_best_resampled(second, n_b, k, seed + 1, taken, resamples);
    for (size_t i = 0; i < resamples; i++) gaps[i] -= taken[i];
    fl_stats_sort(gaps, resamples);
    fl_stats_gap gap = {
        .difference = fl_stats_expected_best(first, n_a, k, &finite) - fl_stats_expected_best(second, n_b, k, &finite),
        .low = fl_stats_quantile(gaps, resamples, 0.05),
        .high = fl_stats_quantile(gaps, resamples, 0.95),
        .p_beyond = (1.0 + (double)count_above(gaps, resamples, margin)) / (1.0 + (double)resamples),
    };
    free(first);
    free(taken);
    free(gaps);
    return gap;
}
