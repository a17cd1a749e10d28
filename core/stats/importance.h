/* How much does an axis matter? The fraction of the variance of the scores' ranks that an axis explains by itself (its
 * main effect).
 *
 * The rule: scores become ranks, ties sharing their mean rank and infeasible trials the last ones, so that a few huge
 * losses do not decide. Trials are cut along the axis into sqrt(n), at most 10, bins of equal size, equal values of the
 * axis staying together. The variance between the bins over the whole is freed of what as many bins explain by chance
 * (epsilon squared, Kelley 1935). Interactions between axes are in no axis's figure, so the figures of a space need not
 * add up to 1.
 */
#ifndef FL_STATS_IMPORTANCE_H
#define FL_STATS_IMPORTANCE_H

#include <stddef.h>

/* `positions` along the axis on any scale that keeps their order; `scores` may be +infinity. At most 1; below 0 where
 * the axis explains less than chance would; NaN with fewer than 10 trials, one position or equal scores alone. */
double fl_stats_importance(const double *positions, const double *scores, size_t n);

#endif
