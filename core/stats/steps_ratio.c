/* Trials are resampled arm by arm; of each resample the least and the greatest ratio that the resolution allows count.
 */
#include "stats/steps_ratio.h"
#include "base/memory.h"
#include "base/random.h"
#include "stats/sample.h"
#include "stats/steps_best.h"

#include <math.h>
#include <stdlib.h>

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

static void resample(const fl_stats_steps_best *a, const fl_stats_steps_best *b, double resolution, size_t resamples,
                     uint64_t seed, fl_stats_steps_ratio *ratio)
{
    double *least = fl_memory_new(resamples, sizeof *least), *greatest = fl_memory_new(resamples, sizeof *greatest);
    fl_random_stream stream = fl_random_stream_start(seed, "bootstrap", 0);
    for (size_t i = 0; i < resamples; i++) {
        double of_a = fl_stats_steps_best_resampled(a, &stream), of_b = fl_stats_steps_best_resampled(b, &stream);
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
    fl_stats_steps_best a = fl_stats_steps_best_new(arms->a, arms->n_a, arms->k),
                        b = fl_stats_steps_best_new(arms->b, arms->n_b, arms->k);
    fl_stats_steps_ratio ratio = { .a = fl_stats_steps_best_median(&a),
                                   .b = fl_stats_steps_best_median(&b),
                                   .reached_a = fl_stats_steps_best_reached(&a),
                                   .reached_b = fl_stats_steps_best_reached(&b) };
    ratio.ratio = isinf(ratio.a) && isinf(ratio.b) ? NAN : ratio.a / ratio.b;
    ratio.coarse = least_ratio(ratio.a, ratio.b, resolution) < 1 && greatest_ratio(ratio.a, ratio.b, resolution) > 1;
    resample(&a, &b, resolution, resamples, seed, &ratio);
    fl_stats_steps_best_free(&a);
    fl_stats_steps_best_free(&b);
    return ratio;
}
