/* Least squares through the batch sizes that reach; the trials of each are resampled by themselves. */
#include "stats/scaling.h"
#include "base/memory.h"
#include "stats/sample.h"
#include "stats/steps_best.h"

#include <math.h>
#include <stdlib.h>

/* The slope of log2 steps over log2 batch where steps are finite; NaN with fewer than two of them. */
static double slope_of(const fl_stats_scaling_batch *batches, const double *steps, size_t n, size_t *n_reached)
{
    double x = 0, y = 0, xx = 0, xy = 0, m = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(steps[i])) continue;
        double log_batch = log2(batches[i].batch), log_steps = log2(steps[i]);
        m++;
        x += log_batch;
        y += log_steps;
        xx += log_batch * log_batch;
        xy += log_batch * log_steps;
    }
    *n_reached = (size_t)m;
    return m > 1 ? (m * xy - x * y) / (m * xx - x * x) : NAN;
}

fl_stats_scaling fl_stats_scaling_of(const fl_stats_scaling_batch *batches, size_t n, size_t k, size_t resamples,
                                     uint64_t seed)
{
    fl_stats_scaling scaling = { .low = NAN, .high = NAN };
    fl_stats_steps_best *best = fl_memory_new(n, sizeof *best);
    double *steps = fl_memory_new(n, sizeof *steps), *slopes = fl_memory_new(resamples, sizeof *slopes);
    fl_random_stream stream = fl_random_stream_start(seed, "bootstrap", 0);
    size_t n_slopes = 0, reached;
    for (size_t i = 0; i < n; i++) {
        best[i] = fl_stats_steps_best_new(batches[i].trials, batches[i].n, k);
        steps[i] = fl_stats_steps_best_median(&best[i]);
    }
    scaling.slope = slope_of(batches, steps, n, &scaling.n_reached);
    for (size_t r = 0; r < resamples && !isnan(scaling.slope); r++) {
        for (size_t i = 0; i < n; i++) steps[i] = fl_stats_steps_best_resampled(&best[i], &stream);
        double slope = slope_of(batches, steps, n, &reached);
        if (!isnan(slope)) slopes[n_slopes++] = slope;
    }
    if (n_slopes) {
        fl_stats_sort(slopes, n_slopes);
        scaling.low = fl_stats_quantile(slopes, n_slopes, 0.05);
        scaling.high = fl_stats_quantile(slopes, n_slopes, 0.95);
    }
    for (size_t i = 0; i < n; i++) fl_stats_steps_best_free(&best[i]);
    free(best);
    free(steps);
    free(slopes);
    return scaling;
}
