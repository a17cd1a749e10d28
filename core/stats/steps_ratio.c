/* The median of the best of K among subsets of N: the rank at which the subset weights (expected_best.h) pass one half.
 * Trials are resampled arm by arm; of each resample the least and the greatest ratio that the resolution allows count.
 */
#include "stats/steps_ratio.h"
#include "base/memory.h"
#include "base/random.h"
#include "stats/expected_best.h"
#include "stats/sample.h"

#include <math.h>
#include <stdlib.h>

/* The lowest of the sorted steps that at least half of the subsets do not exceed. */
static double median_best(const double *sorted, const double *weights, size_t n)
{
    size_t i = 0;
    double passed = weights[0];
    while (i + 1 < n && passed < 0.5 - 1e-12) passed += weights[++i];
    return sorted[i];
}

static double reached(const double *sorted, const double *weights, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += isfinite(sorted[i]) ? weights[i] : 0;
    return sum;
}

/* One arm, ready to be drawn from. */
typedef struct arm {
    size_t n;
    double *sorted, *weights, *drawn;
} arm;

static arm arm_new(const fl_stats_trial *trials, size_t n, size_t k)
{
    arm a = { n, fl_memory_new(n, sizeof(double)), fl_memory_new(n, sizeof(double)), fl_memory_new(n, sizeof(double)) };
    for (size_t i = 0; i < n; i++) a.sorted[i] = trials[i].value;
    fl_stats_sort(a.sorted, n);
    fl_stats_subset_weights(n, k, a.weights);
    return a;
}

static void arm_free(arm *a)
{
    free(a->sorted);
    free(a->weights);
    free(a->drawn);
}

static double resampled(const arm *a, fl_random_stream *stream)
{
    for (size_t i = 0; i < a->n; i++) a->drawn[i] = a->sorted[fl_random_below(stream, a->n)];
    fl_stats_sort(a->drawn, a->n);
    return median_best(a->drawn, a->weights, a->n);
}

/* Where neither reaches anything is possible. */
static double least_ratio(double a, double b, double resolution)
{
    return isinf(b) ? 0 : fmax(0, a - resolution) / b;
}

static double greatest_ratio(double a, double b, double resolution)
{
    if (isinf(b)) return isinf(a) ? INFINITY : a / b;
    return b > resolution ? a / (b - resolution) : INFINITY;
}

static void resample(const arm *a, const arm *b, double resolution, size_t resamples, uint64_t seed,
                     fl_stats_steps_ratio *ratio)
{
    double *least = fl_memory_new(resamples, sizeof *least), *greatest = fl_memory_new(resamples, sizeof *greatest);
    fl_random_stream stream = fl_random_stream_start(seed, "bootstrap", 0);
    for (size_t i = 0; i < resamples; i++) {
        double of_a = resampled(a, &stream), of_b = resampled(b, &stream);
        least[i] = least_ratio(of_a, of_b, resolution);
        greatest[i] = greatest_ratio(of_a, of_b, resolution);
    }
    fl_stats_sort(least, resamples);
    fl_stats_sort(greatest, resamples);
    ratio->low = fl_stats_quantile(least, resamples, 0.05);
    ratio->high = fl_stats_quantile(greatest, resamples, 0.95);
    free(least);
    free(greatest);
}

fl_stats_steps_ratio fl_stats_steps_ratio_of(const fl_stats_arms *arms, double resolution, size_t resamples,
                                             uint64_t seed)
{
    arm a = arm_new(arms->a, arms->n_a, arms->k), b = arm_new(arms->b, arms->n_b, arms->k);
    fl_stats_steps_ratio ratio = { .a = median_best(a.sorted, a.weights, a.n),
                                   .b = median_best(b.sorted, b.weights, b.n),
                                   .reached_a = reached(a.sorted, a.weights, a.n),
                                   .reached_b = reached(b.sorted, b.weights, b.n) };
    ratio.ratio = isinf(ratio.a) && isinf(ratio.b) ? NAN : ratio.a / ratio.b;
    ratio.coarse = least_ratio(ratio.a, ratio.b, resolution) < 1 && greatest_ratio(ratio.a, ratio.b, resolution) > 1;
    resample(&a, &b, resolution, resamples, seed, &ratio);
    arm_free(&a);
    arm_free(&b);
    return ratio;
}
