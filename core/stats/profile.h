/* Performance profiles (Dolan and More 2002): for each arm the share of workloads on which its steps to the target are
 * within a factor tau of the fastest arm's.
 */
#ifndef FL_STATS_PROFILE_H
#define FL_STATS_PROFILE_H

#include "stats/stats_trial.h"
#include <stddef.h>
#include <stdint.h>

/* `steps` of `n_arms` arms on one workload after the other, +infinity where the target was not reached; a workload that
 * no arm reached counts for none. The share of arm `arm` at `tau` >= 1. */
double fl_stats_profile(const double *steps, size_t n_workloads, size_t n_arms, size_t arm, double tau);

/* The trials of one arm on one workload, with the steps to the target as their value. */
typedef struct fl_stats_profile_cell {
    const fl_stats_trial *trials;
    size_t n;
    double per_step; /* what a step costs: 1 for profiles in steps, else its gradient evaluations */
} fl_stats_profile_cell;

typedef struct fl_stats_profile_share {
    double share, low, high; /* with the 5th and 95th percentile over resampled trials */
} fl_stats_profile_share;

/* The shares of all arms at each of `n_taus`, where an arm's steps are the median of the best of `k`; cells and
 * `shares` are in the order of `steps` above, the latter a row of arms per tau. The workloads are those there are:
 * intervals tell of other trials, not of other workloads. A pure function of its arguments. */
void fl_stats_profile_shares(const fl_stats_profile_cell *cells, size_t n_workloads, size_t n_arms, size_t k,
                             const double *taus, size_t n_taus, size_t resamples, uint64_t seed,
                             fl_stats_profile_share *shares);

#endif
