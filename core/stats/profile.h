/* Performance profiles (Dolan and More 2002): for each arm the share of workloads on which its steps to the target are
 * within a factor tau of the fastest arm's.
 */
#ifndef FL_STATS_PROFILE_H
#define FL_STATS_PROFILE_H

#include <stddef.h>

/* `steps` of `n_arms` arms on one workload after the other, +infinity where the target was not reached; a workload that
 * no arm reached counts for none. The share of arm `arm` at `tau` >= 1. */
double fl_stats_profile(const double *steps, size_t n_workloads, size_t n_arms, size_t arm, double tau);

#endif
