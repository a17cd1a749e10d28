/* Effects, tests and noise of matched benchmarks. */
#include "compare/compare_kernels.h"
#include "base/memory.h"
#include "stats/holm.h"
#include "stats/mann_whitney.h"
#include "stats/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A false alarm in a hundred comparisons, not in twenty: this is asked at every change of the code. */
static const double LEVEL = 0.01;

/* Between two processes of one program on a shared machine; what a single process cannot know. */
static const double ASSUMED_NOISE = 0.05;

const char *compare_verdict_name(compare_verdict verdict)
{
    static const char *const names[COMPARE_VERDICTS] = {
        [COMPARE_SAME] = "no difference shown", [COMPARE_FASTER] = "faster", [COMPARE_SLOWER] = "slower"
    };
    return names[verdict];
}

/* --- noise --- */

/* The interquartile range over the median: half of all repetitions differ by less. */
static double spread(const compare_run *run)
{
    double *sorted = fl_memory_new(run->n, sizeof *sorted);
    memcpy(sorted, run->seconds, run->n * sizeof *sorted);
    fl_stats_sort(sorted, run->n);
    double range = fl_stats_quantile(sorted, run->n, .75) - fl_stats_quantile(sorted, run->n, .25);
    double share = range / fl_stats_quantile(sorted, run->n, .5);
    free(sorted);
    return share;
}

/* How far two times are apart, the same in both directions: 10 % slower and 1/1.1 of the time are equally far. */
static double apart(double a, double b)
{
    return fmax(a, b) / fmin(a, b) - 1;
}

static double noise_of(const compare_kernel *kernel, compare_unit unit, const compare_run *again)
{
    double noise = fmax(spread(kernel->base), spread(kernel->now));
    if (!again) return unit == COMPARE_PROCESSES ? noise : fmax(noise, ASSUMED_NOISE);
    for (size_t i = 0; i < again->n; i++) noise = fmax(noise, apart(again->seconds[i], kernel->base_seconds));
    return noise;
}

/* --- one benchmark --- */

static compare_kernel measure(const compare_run *base, const compare_run *now)
{
    compare_kernel kernel = { .base = base, .now = now };
    kernel.base_seconds = fl_stats_median(base->seconds, base->n);
    kernel.now_seconds = fl_stats_median(now->seconds, now->n);
    kernel.ratio = kernel.now_seconds / kernel.base_seconds;
    kernel.p = fl_stats_mann_whitney(base->seconds, base->n, now->seconds, now->n).p;
    return kernel;
}

static compare_verdict verdict_of(const compare_kernel *kernel)
{
    bool shown = kernel->p_adjusted < LEVEL && apart(kernel->now_seconds, kernel->base_seconds) > kernel->noise;
    if (!shown) return COMPARE_SAME;
    return kernel->ratio > 1 ? COMPARE_SLOWER : COMPARE_FASTER;
}

/* --- all of them --- */

static void match(compare_kernels *kernels, const compare_runs *base, const compare_runs *now)
{
    kernels->items = fl_memory_new(base->n, sizeof *kernels->items);
    for (size_t i = 0; i < base->n; i++) {
        const compare_run *other = compare_runs_find(now, base->items[i].name);
        if (other) kernels->items[kernels->n++] = measure(&base->items[i], other);
    }
    kernels->n_alone = base->n + now->n - 2 * kernels->n;
}

static void adjust(compare_kernels *kernels)
{
    double *p = fl_memory_new(kernels->n, sizeof *p);
    for (size_t i = 0; i < kernels->n; i++) p[i] = kernels->items[i].p;
    fl_stats_holm(p, kernels->n, p);
    for (size_t i = 0; i < kernels->n; i++) kernels->items[i].p_adjusted = p[i];
    free(p);
}

/* The smallest p that the test can give: all of one sample below all of the other, 2 / C(a + b, a). */
static double least_p(size_t a, size_t b)
{
    double p = 2;
    for (size_t i = 1; i <= a; i++) p *= (double)i / (double)(b + i);
    return p;
}

static void count_repetitions(compare_kernels *kernels)
{
    double wanted = LEVEL / (double)kernels->n; /* what Holm asks of the clearest of n */
    kernels->least_needed = 1;
    while (least_p(kernels->least_needed, kernels->least_needed) >= wanted) kernels->least_needed++;
    for (size_t i = 0; i < kernels->n; i++)
        kernels->n_too_few += least_p(kernels->items[i].base->n, kernels->items[i].now->n) >= wanted;
}

compare_kernels compare_kernels_make(const compare_runs *base, const compare_runs *now, compare_unit unit,
                                     const compare_runs *again)
{
    compare_kernels kernels = { 0 };
    match(&kernels, base, now);
    adjust(&kernels);
    for (size_t i = 0; i < kernels.n; i++) {
        compare_kernel *kernel = &kernels.items[i];
        kernel->noise = noise_of(kernel, unit, compare_runs_find(again, kernel->base->name));
        kernel->verdict = verdict_of(kernel);
        kernels.counts[kernel->verdict]++;
    }
    if (kernels.n) count_repetitions(&kernels);
    return kernels;
}

void compare_kernels_free(compare_kernels *kernels)
{
    free(kernels->items);
    *kernels = (compare_kernels){ 0 };
}
