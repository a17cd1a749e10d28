/* Percentiles of resampled differences (Efron 1979). A resample repeats trials, which makes its estimate too high by a
 * known amount (expected_best.c); the amounts of the two arms are taken off. */
#include "stats/gap.h"
#include "base/memory.h"
#include "base/random.h"
#include "stats/best_of.h"
#include "stats/expected_best.h"
#include "stats/sample.h"

#include <stdlib.h>

static size_t count_above(const double *values, size_t n, double margin)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) count += values[i] > margin;
    return count;
}

/* How much too high resampled estimates are on average. */
static double bias(const fl_stats_trial *trials, size_t n, size_t k)
{
    return fl_stats_best_of(trials, n, k).mean - fl_stats_expected_best(trials, n, k, &(double){ 0 });
}

/* The U-statistic of the trials drawn `counts` times each, given the trials' order. */
static double drawn_best(const fl_stats_trial *trials, size_t n, const size_t *order, const double *weights,
                         const uint32_t *counts)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        for (uint32_t c = 0; c < counts[order[i]]; c++) sum += *weights++ * trials[order[i]].value;
    return sum;
}

/* Pairs are drawn, and with a pair both its trials. */
static void resample_pairs(const fl_stats_trial *a, const fl_stats_trial *b, size_t n, size_t k, uint64_t seed,
                           double *differences, size_t resamples)
{
    size_t *order_a = fl_memory_new(n, sizeof *order_a), *order_b = fl_memory_new(n, sizeof *order_b);
    double *weights = fl_memory_new(n, sizeof *weights), too_high = bias(a, n, k) - bias(b, n, k);
    uint32_t *counts = fl_memory_new(n, sizeof *counts);
    fl_random_stream stream = fl_random_stream_start(seed, "bootstrap", 0);
    fl_stats_rank(a, n, order_a);
    fl_stats_rank(b, n, order_b);
    fl_stats_subset_weights(n, k, weights);
    for (size_t r = 0; r < resamples; r++) {
        for (size_t i = 0; i < n; i++) counts[i] = 0;
        for (size_t i = 0; i < n; i++) counts[fl_random_below(&stream, n)]++;
        differences[r] =
            drawn_best(a, n, order_a, weights, counts) - drawn_best(b, n, order_b, weights, counts) - too_high;
    }
    free(order_a);
    free(order_b);
    free(weights);
    free(counts);
}

static void resample_apart(const fl_stats_arms *arms, const fl_stats_trial *a, const fl_stats_trial *b, uint64_t seed,
                           double *differences, size_t resamples)
{
    double *other = fl_memory_new(resamples, sizeof *other);
    fl_stats_expected_best_resampled(a, arms->n_a, arms->k, seed, differences, resamples);
    fl_stats_expected_best_resampled(b, arms->n_b, arms->k, seed + 1, other, resamples);
    for (size_t i = 0; i < resamples; i++) differences[i] -= other[i];
    free(other);
}

void fl_stats_gap_resampled(const fl_stats_arms *arms, uint64_t seed, double *differences, size_t resamples)
{
    fl_stats_trial *a = fl_stats_arms_capped(arms), *b = a + arms->n_a;
    if (arms->paired)
        resample_pairs(a, b, arms->n_a, arms->k, seed, differences, resamples);
    else
        resample_apart(arms, a, b, seed, differences, resamples);
    free(a);
}

fl_stats_gap fl_stats_gap_of(const fl_stats_arms *arms, double margin, size_t resamples, uint64_t seed)
{
    double finite, *gaps = fl_memory_new(resamples, sizeof *gaps);
    fl_stats_trial *a = fl_stats_arms_capped(arms), *b = a + arms->n_a;
    fl_stats_gap_resampled(arms, seed, gaps, resamples);
    fl_stats_sort(gaps, resamples);
    fl_stats_gap gap = {
        .difference = fl_stats_expected_best(a, arms->n_a, arms->k, &finite) -
                      fl_stats_expected_best(b, arms->n_b, arms->k, &finite),
        .low = fl_stats_quantile(gaps, resamples, 0.05),
        .high = fl_stats_quantile(gaps, resamples, 0.95),
        .p_beyond = (1.0 + (double)count_above(gaps, resamples, margin)) / (1.0 + (double)resamples),
    };
    free(a);
    free(gaps);
    return gap;
}
