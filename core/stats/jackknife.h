/* The jackknife of the U-statistic for E[best of K] (expected_best.h): what each trial contributes, found by leaving it
 * out. The variance is (n - 1) / n times the sum of the squared deviations (Efron and Stein 1981; Arvesen 1969 for
 * U-statistics).
 *
 * Of many trials only the first `depth` ranks have any weight (expected_best.h). The others all deviate alike, by
 * `beyond`.
 */
#ifndef FL_STATS_JACKKNIFE_H
#define FL_STATS_JACKKNIFE_H

#include <stddef.h>

typedef struct fl_stats_jackknife {
    size_t n, depth;
    double *weights; /* of the first `depth` ranks of n trials; owned */
    double *fewer;   /* of n - 1; NULL where n <= k, which leaves nothing to leave out; owned */
} fl_stats_jackknife;

fl_stats_jackknife fl_stats_jackknife_new(size_t n, size_t k);
void fl_stats_jackknife_free(fl_stats_jackknife *jackknife);

/* The U-statistic of n finite values, of which `ranked` holds the first `depth` in the order of selection;
 * deviations[i] is that without value i, minus that of all: 0 where there is nothing to leave out. */
double fl_stats_jackknife_of(const fl_stats_jackknife *jackknife, const double *ranked, double *deviations,
                             double *beyond);

/* The variance that n deviations stand for, `depth` of which are told and the rest `beyond`. */
double fl_stats_jackknife_variance(const fl_stats_jackknife *jackknife, const double *deviations, double beyond);

#endif
