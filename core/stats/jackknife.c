/* Without the value of rank i those before it keep their rank and those behind it move up by one: a sum from the front
 * and a sum from the back give all n statistics in one pass. Their mean is the U-statistic itself. */
#include "stats/jackknife.h"
#include "base/memory.h"
#include "stats/expected_best.h"
#include "stats/subsets.h"

#include <stdlib.h>
#include <string.h>

fl_stats_jackknife fl_stats_jackknife_new(size_t n, size_t k)
{
    fl_stats_jackknife jackknife = { .n = n,
                                     .depth = fl_stats_depth(n, k),
                                     .weights = fl_memory_new(n, sizeof *jackknife.weights) };
    fl_stats_subset_weights(n, k, jackknife.weights);
    if (n <= k) return jackknife;
    jackknife.fewer = fl_memory_new(n, sizeof *jackknife.fewer); /* the last stays 0: it belongs to no rank */
    fl_stats_subset_weights(n - 1, k, jackknife.fewer);
    return jackknife;
}

void fl_stats_jackknife_free(fl_stats_jackknife *jackknife)
{
    free(jackknife->weights);
    free(jackknife->fewer);
}

double fl_stats_jackknife_of(const fl_stats_jackknife *jackknife, const double *ranked, double *deviations,
                             double *beyond)
{
    const double *fewer = jackknife->fewer;
    size_t depth = jackknife->depth;
    double all = 0, before = 0, behind = 0;
    for (size_t i = 0; i < depth; i++) all += jackknife->weights[i] * ranked[i];
    memset(deviations, 0, depth * sizeof *deviations);
    for (size_t i = 1; fewer && i < depth; i++) behind += fewer[i - 1] * ranked[i];
    for (size_t i = 0; fewer && i < depth; i++) {
        deviations[i] = before + behind - all;
        before += fewer[i] * ranked[i];
        if (i + 1 < depth) behind -= fewer[i] * ranked[i + 1];
    }
    *beyond = fewer && depth < jackknife->n ? before - all : 0;
    return all;
}

double fl_stats_jackknife_variance(const fl_stats_jackknife *jackknife, const double *deviations, double beyond)
{
    double n = (double)jackknife->n, sum = 0;
    for (size_t i = 0; i < jackknife->depth; i++) sum += deviations[i] * deviations[i];
    sum += (n - (double)jackknife->depth) * beyond * beyond;
    return sum * (n - 1) / n;
}
