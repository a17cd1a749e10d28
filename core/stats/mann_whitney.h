/* The Mann-Whitney U test: do two small samples (repeated timings, say) come from one distribution? It looks at
 * ranks only, so one outlier cannot decide (Mann and Whitney 1947).
 */
#ifndef FL_STATS_MANN_WHITNEY_H
#define FL_STATS_MANN_WHITNEY_H

#include <stdbool.h>
#include <stddef.h>

typedef struct fl_stats_u_test {
    double u;   /* pairs in which the first sample's value is the larger; ties count one half */
    double p;   /* two-sided */
    bool exact; /* false: normal approximation with tie and continuity correction */
} fl_stats_u_test;

/* Test two samples of at least one value each; exact when no values are equal and neither has more than 25. */
fl_stats_u_test fl_stats_mann_whitney(const double *a, size_t n_a, const double *b, size_t n_b);

#endif
