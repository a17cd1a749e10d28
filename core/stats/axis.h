/* Where on its axis a trial lies, and where an axis whose best trial lies on its edge could be widened.
 *
 * Records hold resolved hyperparameters; an axis may be one_minus_beta1 or learning_rate/epsilon. These functions see
 * the axis as it was sampled.
 */
#ifndef FL_STATS_AXIS_H
#define FL_STATS_AXIS_H

#include "search/space.h"

/* The axis's value, as sampled, that resolved to `values`; to the 9 digits that are sampled. */
double fl_stats_axis_value(const fl_search_axis *axis, const fl_trial_values *values);

/* The ends of an axis: its range, or the least and the greatest of its listed values. */
void fl_stats_axis_ends(const fl_search_axis *axis, double *min, double *max);

/* True when the axis is best seen on a log scale: a range that says so, or listed values whose hyperparameter is best
 * searched so. */
bool fl_stats_axis_log(const fl_search_axis *axis);

/* How far along its axis `value` lies, from 0 at the lower end to 1 at the upper, on that scale. NaN where both ends
 * are one. */
double fl_stats_axis_share(const fl_search_axis *axis, double value);

typedef struct fl_stats_edge {
    double value; /* as sampled */
    bool upper;   /* which end it is near */
    double bound; /* that end */
    double wider; /* what to widen it to */
} fl_stats_edge;

/* True when `values` lie within a twentieth of the axis's length from an end that may be widened: one the
 * hyperparameter's range allows to go beyond. Never for choices, which have no order, nor for fewer than three listed
 * values, which are all ends. */
bool fl_stats_axis_edge(const fl_search_axis *axis, const fl_trial_values *values, fl_stats_edge *edge);

#endif
