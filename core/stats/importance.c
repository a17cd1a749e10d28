/* With B bins of n trials eta^2 = between / total; epsilon^2 = 1 - (1 - eta^2) (n - 1) / (n - B). */
#include "stats/importance.h"
#include "base/memory.h"
#include "stats/sample.h"

#include <math.h>
#include <stdlib.h>

enum { LEAST_TRIALS = 10, MOST_BINS = 10 };

/* epsilon^2 of `ranks` by the bin that each trial is in. */
static double explained(const double *ranks, const size_t *bin, size_t n)
{
    double sums[MOST_BINS] = { 0 }, total = 0, within = 0, mean = (double)(n + 1) / 2;
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
    fl_stats_ranks(positions, n, ranks);
    for (size_t i = 0; i < n; i++) bin[i] = (size_t)((ranks[i] - 1) * n_bins / (double)n);
    fl_stats_ranks(scores, n, ranks);
    double share = explained(ranks, bin, n);
    free(bin);
    free(ranks);
    return share;
}
