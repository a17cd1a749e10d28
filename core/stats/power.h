/* Detectable difference: how far apart two arms must be for a study of this size to show it.
 *
 * Planned before a study from a pilot's trials, never computed from the study's own result. A simulated study draws
 * both arms' trials from the pilot with replacement and makes one of them worse by a shift; the detectable difference
 * is the least shift that the study's own test (permutation.h) finds in 80 % of 1,000 such studies at the given level.
 * The level is that of Holm's first step, .05 / number of pairs: what one pair among equal ones must reach. The test is
 * the unpaired one: arms that are paired by index show smaller differences, by how much only both arms' trials tell.
 */
#ifndef FL_STATS_POWER_H
#define FL_STATS_POWER_H

#include "stats/stats_trial.h"
#include <stddef.h>
#include <stdint.h>

typedef struct fl_stats_design {
    size_t n, k;  /* trials per arm; the best of how many is compared, 1 <= k <= n */
    double level; /* of one test */
    uint64_t seed;
} fl_stats_design;

enum { FL_STATS_STUDIES = 1000 };
#define FL_STATS_POWER 0.8

/* The share of `studies` simulated studies in which the test finds `shift`. */
double fl_stats_power(const fl_stats_trial *pilot, size_t n_pilot, const fl_stats_design *design, double shift,
                      size_t studies);

/* The detectable difference, to a twentieth of itself; NaN when the pilot has no two unlike finite values. A pure
 * function of its arguments. */
double fl_stats_detectable_shift(const fl_stats_trial *pilot, size_t n_pilot, const fl_stats_design *design);

#endif
