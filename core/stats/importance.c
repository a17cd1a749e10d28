/* With B bins of n trials eta^2 = between / total; epsilon^2 = 1 - (1 - eta^2) (n - 1) / (n - B). */
#include "stats/importance.h"
#include "base/memory.h"
#include "stats/sample.h"

#include <math.h>
#include <stdlib.h>

enum { LEAST_TRIALS = 10, MOST_BINS = 10 };

/* Mean ranks from 0, equal values sharing theirs. */
static void fill_ranks(const double *values, size_t n, double *ranks)
{
    size_t *order = fl_memory_new(n, sizeof *order);
    fl_stats_order(values, n, order);
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && values[order[end]] == values[order[first]];) end++;
        for (size_t i = first; i < end; i++) ranks[order[i]] = (double)(first + end - 1) / 2;
    }
    free(order);
}

/* epsilon^2 of `ranks` by the bin that each trial is in. */
static double explained(const double *ranks, const size_t *bin, size_t n)
{
    double sums[MOST_BINS] = { 0 }, total = 0, within = 0, mean = (double)(n - 1) / 2;
    size_t counts[MOST_BINS] = { 0 }, n_bins = 0;
    for (size_t i = 0; i < n; i++) {
        sums[bin[i]] += ranks[i];
        n_bins += counts[bin[i]]++ == 0;
    }
    for (size_t i = 0; i < n; i++) {
        double apart = ranks[i] - sums[bin[i]] / (double)counts[bin[i]];
        within += apart * apart;
        total += (ranks[i] - mean) * (ranks[i] - mean);
    }
    if (n_bins < 2 || total == 0) return NAN;
    return 1 - within / total * (double)(n - 1) / (double)(n - n_bins);
}

double fl_stats_importance(const double *positions, const double *scores, size_t n)
{
    if (n < LEAST_TRIALS) return NAN;
    double *ranks = fl_memory_new(n, sizeof *ranks), n_bins = fmin(MOST_BINS, floor(sqrt((double)n)));
    size_t *bin = fl_memory_new(n, sizeof *bin);
    fill_ranks(positions, n, ranks);
    for (size_t i = 0; i < n; i++) bin[i] = (size_t)(ranks[i] * n_bins / (double)n);
    fill_ranks(scores, n, ranks);
    double share = explained(ranks, bin, n);
    free(bin);
    free(ranks);
    return share;
}
