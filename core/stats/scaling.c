/* Least squares through the batch sizes that surely reach; the trials of each are resampled by themselves.
 *
 * Steps are cut off by the budget. A batch size whose best of K reaches in one resample and misses in the next would
 * enter the slope with its lucky resamples alone, and every change of the points is another regression. So those points
 * alone count whose median reaches in nearly all resamples; where one misses, it counts as the latest of its trials
 * that reached, which is the least it can have needed. */
#include "stats/scaling.h"
#include "base/memory.h"
#include "stats/sample.h"
#include "stats/steps_best.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* How rarely a sure batch size misses, and how few of them show whether steps follow a line at all. */
static const double MOST_MISSED = 0.05;
enum { LEAST_SURE = 3 };

/* A batch size in log2, with its steps. */
typedef struct point {
    double batch, *steps; /* a row: the estimate's first, then one per resample */
    bool sure;
} point;

/* The latest step at which a trial reached; 0 where none did. */
static double latest(const fl_stats_scaling_batch *batch)
{
    double most = 0;
    for (size_t i = 0; i < batch->n; i++)
        if (isfinite(batch->trials[i].value)) most = fmax(most, batch->trials[i].value);
    return most;
}

/* Cut a row off at the latest step, and tell whether it seldom was beyond. */
static bool cut_off(double *steps, size_t resamples, double most)
{
    size_t n_missed = 0;
    bool reached = isfinite(steps[0]);
    for (size_t r = 0; r <= resamples; r++) {
        n_missed += isinf(steps[r]);
        steps[r] = log2(fmin(steps[r], most));
    }
    return reached && (double)n_missed <= MOST_MISSED * (double)resamples;
}

/* The slope of log2 steps over log2 batch in row `r`; NaN with fewer than two sure points. */
static double slope_of(const point *points, size_t n, size_t r)
{
    double x = 0, y = 0, xx = 0, xy = 0, m = 0;
    for (const point *p = points; p < points + n; p++) {
        if (!p->sure) continue;
        m++;
        x += p->batch;
        y += p->steps[r];
        xx += p->batch * p->batch;
        xy += p->batch * p->steps[r];
    }
    return m > 1 ? (m * xy - x * y) / (m * xx - x * x) : NAN;
}

/* The medians of each batch size, and of its resamples, which are drawn batch size by batch size. */
static void draw(const fl_stats_scaling_batch *batches, point *points, size_t n, size_t k, size_t resamples,
                 uint64_t seed)
{
    fl_stats_steps_best *best = fl_memory_new(n, sizeof *best);
    fl_random_stream stream = fl_random_stream_start(seed, "bootstrap", 0);
    for (size_t i = 0; i < n; i++) {
        best[i] = fl_stats_steps_best_new(batches[i].trials, batches[i].n, k);
        points[i] = (point){ .batch = log2(batches[i].batch), .steps = fl_memory_new(1 + resamples, sizeof(double)) };
        points[i].steps[0] = fl_stats_steps_best_median(&best[i]);
    }
    for (size_t r = 1; r <= resamples; r++)
        for (size_t i = 0; i < n; i++) points[i].steps[r] = fl_stats_steps_best_resampled(&best[i], &stream);
    for (size_t i = 0; i < n; i++) fl_stats_steps_best_free(&best[i]);
    free(best);
}

static void fill_interval(const point *points, size_t n, size_t resamples, fl_stats_scaling *scaling)
{
    double *slopes = fl_memory_new(resamples, sizeof *slopes);
    for (size_t r = 0; r < resamples; r++) slopes[r] = slope_of(points, n, 1 + r);
    fl_stats_sort(slopes, resamples);
    scaling->low = fl_stats_quantile(slopes, resamples, 0.05);
    scaling->high = fl_stats_quantile(slopes, resamples, 0.95);
    free(slopes);
}

fl_stats_scaling fl_stats_scaling_of(const fl_stats_scaling_batch *batches, size_t n, size_t k, size_t resamples,
                                     uint64_t seed)
{
    fl_stats_scaling scaling = { .low = NAN, .high = NAN };
    point *points = fl_memory_new(n, sizeof *points);
    draw(batches, points, n, k, resamples, seed);
    for (size_t i = 0; i < n; i++) {
        scaling.n_reached += isfinite(points[i].steps[0]);
        points[i].sure = cut_off(points[i].steps, resamples, latest(&batches[i]));
        scaling.n_sure += points[i].sure;
    }
    scaling.slope = slope_of(points, n, 0);
    if (scaling.n_sure >= LEAST_SURE) fill_interval(points, n, resamples, &scaling);
    for (size_t i = 0; i < n; i++) free(points[i].steps);
    free(points);
    return scaling;
}
