/* Trials are resampled arm by arm; of each resample the least and the greatest ratio that the resolution at its medians
 * allows count. */
#include "stats/steps_ratio.h"
#include "base/memory.h"
#include "base/random.h"
#include "stats/sample.h"
#include "stats/steps_best.h"

#include <math.h>
#include <stdlib.h>

/* An arm: its steps, and the resolution of each. */
typedef struct side {
    fl_stats_steps_best best;
    fl_stats_resolution *resolution;
    const void *of;
} side;

/* The evaluation before the one at which the target was seen. */
static double before(const side *s, double steps)
{
    return isinf(steps) ? steps : fmax(0, steps - s->resolution(s->of, steps));
}

/* Where neither reaches anything is possible. */
static double least_ratio(const side *a, double of_a, double of_b)
{
    return isinf(of_b) ? 0 : before(a, of_a) / of_b;
}

static double greatest_ratio(double of_a, const side *b, double of_b)
{
    if (isinf(of_b)) return isinf(of_a) ? INFINITY : of_a / of_b;
    return before(b, of_b) > 0 ? of_a / before(b, of_b) : INFINITY;
}

static void resample(const side *a, const side *b, size_t resamples, uint64_t seed, fl_stats_steps_ratio *ratio)
{
    double *least = fl_memory_new(resamples, sizeof *least), *greatest = fl_memory_new(resamples, sizeof *greatest);
    fl_random_stream stream = fl_random_stream_start(seed, "bootstrap", 0);
    for (size_t i = 0; i < resamples; i++) {
        double of_a = fl_stats_steps_best_resampled(&a->best, &stream),
               of_b = fl_stats_steps_best_resampled(&b->best, &stream);
        least[i] = least_ratio(a, of_a, of_b);
        greatest[i] = greatest_ratio(of_a, b, of_b);
    }
    fl_stats_sort(least, resamples);
    fl_stats_sort(greatest, resamples);
    ratio->low = fl_stats_quantile(least, resamples, 0.05);
    ratio->high = fl_stats_quantile(greatest, resamples, 0.95);
    free(least);
    free(greatest);
}

fl_stats_steps_ratio fl_stats_steps_ratio_of(const fl_stats_arms *arms, fl_stats_resolution *resolution,
                                             const void *of_a, const void *of_b, size_t resamples, uint64_t seed)
{
    side a = { fl_stats_steps_best_new(arms->a, arms->n_a, arms->k), resolution, of_a },
         b = { fl_stats_steps_best_new(arms->b, arms->n_b, arms->k), resolution, of_b };
    fl_stats_steps_ratio ratio = { .a = fl_stats_steps_best_median(&a.best),
                                   .b = fl_stats_steps_best_median(&b.best),
                                   .reached_a = fl_stats_steps_best_reached(&a.best),
                                   .reached_b = fl_stats_steps_best_reached(&b.best) };
    ratio.ratio = isinf(ratio.a) && isinf(ratio.b) ? NAN : ratio.a / ratio.b;
    ratio.coarse = least_ratio(&a, ratio.a, ratio.b) < 1 && greatest_ratio(ratio.a, &b, ratio.b) > 1;
    resample(&a, &b, resamples, seed, &ratio);
    fl_stats_steps_best_free(&a.best);
    fl_stats_steps_best_free(&b.best);
    return ratio;
}
