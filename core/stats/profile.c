/* Ratios of step counts; the rounding of one must not push an arm off its own step. */
#include "stats/profile.h"

#include <math.h>

double fl_stats_profile(const double *steps, size_t n_workloads, size_t n_arms, size_t arm, double tau)
{
    size_t within = 0;
    for (size_t w = 0; w < n_workloads; w++) {
        const double *row = steps + w * n_arms;
        double fastest = HUGE_VAL;
        for (size_t i = 0; i < n_arms; i++) fastest = fmin(fastest, row[i]);
        within += isfinite(row[arm]) && row[arm] <= tau * fastest * (1 + 1e-12);
    }
    return (double)within / (double)n_workloads;
}
