/* Tuning effort as an axis: what is expected of the best of K trials for K = 1, 2, 4, ... up to N/5, beyond which N
 * trials tell of themselves alone.
 */
#ifndef FL_STATS_EFFORT_H
#define FL_STATS_EFFORT_H

#include "stats/arms.h"
#include <stdint.h>

enum { FL_STATS_EFFORTS = 64 };

typedef struct fl_stats_effort {
    size_t k_a, k_b;              /* equal, but where two efforts are compared */
    double difference, low, high; /* E[best of K] of a minus that of b, with its 90 % interval (gap.h) */
} fl_stats_effort;

/* The powers of two up to `most`; returns how many. */
size_t fl_stats_effort_ks(size_t most, size_t ks[FL_STATS_EFFORTS]);

/* The difference at every power of two up to a fifth of the smaller arm's trials; `arms->k` is ignored. Returns how
 * many. */
size_t fl_stats_effort_of(const fl_stats_arms *arms, size_t resamples, uint64_t seed,
                          fl_stats_effort efforts[FL_STATS_EFFORTS]);

/* The difference at every two unlike powers of two: is one arm's best of K_a better than the other's best of K_b?
 * Trials are resampled arm by arm, which for paired arms is wider than it need be. At most FL_STATS_UNLIKE; returns how
 * many.
 */
enum { FL_STATS_UNLIKE = FL_STATS_EFFORTS * FL_STATS_EFFORTS };
size_t fl_stats_effort_unlike(const fl_stats_arms *arms, size_t resamples, uint64_t seed,
                              fl_stats_effort efforts[FL_STATS_UNLIKE]);

/* The area under E[best of K] over log2 K from 1 to `most`, divided by its width: the mean of what is expected over
 * tuning efforts. To be compared between arms with one `most` alone. 1 <= most <= n; infinite where no value is finite.
 */
double fl_stats_effort_area(const fl_stats_trial *trials, size_t n, size_t most);

#endif
