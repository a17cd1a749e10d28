/* Do arms differ over workloads? Friedman's test of the arms' ranks within each workload (Friedman 1937), by exact
 * permutation: every ranking of the arms is as likely as any other where they do not differ.
 */
#ifndef FL_STATS_FRIEDMAN_H
#define FL_STATS_FRIEDMAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FL_STATS_LEAST_WORKLOADS = 6 }; /* below it nothing is claimed over workloads */

typedef struct fl_stats_friedman {
    double statistic; /* chi-square, corrected for ties */
    double p;         /* NaN below FL_STATS_LEAST_WORKLOADS workloads */
    bool exact;       /* false: so many rankings that they were drawn at random */
} fl_stats_friedman;

/* `values` of `n_arms` >= 2 arms on one workload after the other, the lowest the best. `mean_ranks` of the arms, 1 the
 * best, ties sharing theirs. */
fl_stats_friedman fl_stats_friedman_test(const double *values, size_t n_workloads, size_t n_arms, uint64_t seed,
                                         double *mean_ranks);

/* The mean ranks alone. */
void fl_stats_mean_ranks(const double *values, size_t n_workloads, size_t n_arms, double *mean_ranks);

#endif
