/* Where on its axis a trial lies, and at which end of it a search is cut off.
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

/* How many trials the best tenth of `n` are: at least 3, and no more than 100, which are enough to tell; 0 below 3. */
size_t fl_stats_axis_best(size_t n);

typedef struct fl_stats_edge {
    bool upper;           /* which end the best trials crowd */
    double bound;         /* that end */
    double wider;         /* what to widen it to */
    size_t there, looked; /* so many of so many of the best trials lie at it */
} fl_stats_edge;

/* Is the search cut off at an end of this axis? True when more than half of the best tenth of the `n` trials lie in the
 * outer tenth of the axis, at an end that may be widened: one the hyperparameter's range allows to go beyond. Of listed
 * values each holds many trials by itself, so there all of the best must have the value at the end; and there are no
 * more of them than trials with one value. Never for choices, which have no order, nor for fewer than three listed
 * values, which are all ends. `best` holds the values of fl_stats_axis_best(n) trials, the best first. */
bool fl_stats_axis_cut_off(const fl_search_axis *axis, const fl_trial_values *best, size_t n, fl_stats_edge *edge);

#endif
