/* E[best of K]: what selection among K new trials reports on average, estimated from N trials, and how sure that is.
 *
 * The estimate is the U-statistic: the mean over all subsets of K of the N trials. Its interval is an outer percentile
 * bootstrap, and is claimed only for K <= N/5: beyond that the N trials hold too few independent looks at the best.
 * It aims at 90 % and covers, in 8,000 simulated studies at K = N/5, .88 where errors have an exponential tail above
 * their floor, .86 and .85 where it is Weibull of shape 1.5 and 2, .84 where errors are lognormal with sigma .5.
 */
#ifndef FL_STATS_EXPECTED_BEST_H
#define FL_STATS_EXPECTED_BEST_H

#include "stats/stats_trial.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FL_STATS_RESAMPLES = 1000 }; /* enough for 5th and 95th percentiles: about 50 resamples lie beyond each */
enum { FL_STATS_MANY = 10000 };     /* trials; beyond, the normal limit may serve (arms.h) */

typedef struct fl_stats_interval {
    size_t n, k;
    double estimate;    /* over the subsets that hold a finite value; +infinity when there are none */
    double finite;      /* the share of such subsets */
    bool claimed;       /* false: `low` and `high` are NaN */
    double low, high;   /* 5th and 95th percentile of the estimate over resampled sets of trials, freed of bias */
    bool jackknife;     /* of so many trials that it is the normal limit with the jackknife's standard error */
    double coverage;    /* fl_stats_coverage(n); NaN without a claim */
    const char *reason; /* why nothing is claimed, a message; NULL when it is */
} fl_stats_interval;

/* The U-statistic for 1 <= k <= n; `finite` as in fl_stats_interval. */
double fl_stats_expected_best(const fl_stats_trial *trials, size_t n, size_t k, double *finite);

/* The same for each of `n_ks`; the trials are ranked once. */
void fl_stats_expected_best_each(const fl_stats_trial *trials, size_t n, const size_t *ks, size_t n_ks, double *means,
                                 double *finite);

/* The same with its interval; a pure function of the trials, `k`, the number of resamples and `seed`. A `k` above n
 * has no estimate (NaN) and no claim. Time grows as the ranks with weight times the number of resamples. */
fl_stats_interval fl_stats_expected_best_interval(const fl_stats_trial *trials, size_t n, size_t k, size_t resamples,
                                                  uint64_t seed);

/* How much higher the estimate from a resample is on average, since it repeats trials. */
double fl_stats_expected_best_bias(const fl_stats_trial *trials, size_t n, size_t k);

/* `resamples` estimates from sets of trials drawn from the n that were run, freed of bias, in the order drawn; k <= n
 * and a finite value among the trials. */
void fl_stats_expected_best_resampled(const fl_stats_trial *trials, size_t n, size_t k, uint64_t seed,
                                      double *estimates, size_t resamples);

/* How often an interval from `n` trials at K = N/5 holds the truth in simulated studies; NaN below 5 trials. */
double fl_stats_coverage(size_t n);

/* True of a claimed interval from under 60 trials: its coverage is to be shown beside it. */
bool fl_stats_from_few(const fl_stats_interval *interval);

#endif
