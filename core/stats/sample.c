/* Order statistics that stay free of NaN where values are infinite. */
#include "stats/sample.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare_values(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static int compare_places(const void *left, const void *right, void *context)
{
    const double *values = context;
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    int by_value = compare_values(&values[a], &values[b]);
    return by_value ? by_value : (a > b) - (a < b);
}

void fl_stats_sort(double *values, size_t n)
{
    qsort(values, n, sizeof *values, compare_values);
}

void fl_stats_order(const double *values, size_t n, size_t *order)
{
    for (size_t i = 0; i < n; i++) order[i] = i;
    qsort_r(order, n, sizeof *order, compare_places, (void *)values);
}

double fl_stats_ranks(const double *values, size_t n, double *ranks)
{
    double ties = 0;
    size_t *order = fl_memory_new(n, sizeof *order);
    fl_stats_order(values, n, order);
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && values[order[end]] == values[order[first]];) end++;
        for (size_t i = first; i < end; i++) ranks[order[i]] = (double)(first + 1 + end) / 2;
        double t = (double)(end - first);
        ties += t * t * t - t;
    }
    free(order);
    return ties;
}

double fl_stats_quantile(const double *sorted, size_t n, double p)
{
    double place = (double)(n - 1) * p;
    size_t below = (size_t)floor(place);
    double part = place - floor(place);
    double low = sorted[below];
    /* Infinity minus infinity and zero times infinity would be NaN. */
    if (part == 0 || low == sorted[below + 1]) return low;
    return low + part * (sorted[below + 1] - low);
}

double fl_stats_median(const double *values, size_t n)
{
    double *sorted = fl_memory_new(n, sizeof *sorted);
    memcpy(sorted, values, n * sizeof *sorted);
    fl_stats_sort(sorted, n);
    double median = fl_stats_quantile(sorted, n, 0.5);
    free(sorted);
    return median;
}

double fl_stats_finite_mean(const double *values, const double *weights, size_t n, double *finite)
{
    double sum = 0, reached = 0, lost = 0;
    for (size_t i = 0; i < n; i++) {
        if (isinf(values[i])) {
            lost += weights[i];
        } else {
            reached += weights[i];
            sum += weights[i] * values[i];
        }
    }
    *finite = reached > 0 ? reached / (reached + lost) : 0;
    return reached > 0 ? sum / reached : INFINITY;
}

void fl_stats_cap(double *values, size_t n)
{
    double worst = -INFINITY;
    for (size_t i = 0; i < n; i++)
        if (isfinite(values[i])) worst = fmax(worst, values[i]);
    for (size_t i = 0; i < n; i++)
        if (isinf(values[i])) values[i] = isfinite(worst) ? worst : 0;
}

double fl_stats_rate_error(double rate, size_t n)
{
    return sqrt(rate * (1 - rate) / (double)n);
}
