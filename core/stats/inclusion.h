/* Does an arm's search space hold what another arm selected? The points of a special case are mapped to
 * hyperparameters of the rule that includes it (optimizer.h); a search that cannot reach the mapped point cannot be
 * expected to match it.
 */
#ifndef FL_STATS_INCLUSION_H
#define FL_STATS_INCLUSION_H

#include "study/study.h"

/* Add to `text`, separated by commas, every hyperparameter that is mapped outside the space of `general`: "epsilon
 * would be 1, of [1e-08, 0.01]", "beta1 would be 0, left at 0.9". `selected` are the values of a trial of
 * `special`, whose optimizer is a special case of the general arm's. Returns how many were added. */
size_t fl_stats_mapped_outside(const fl_study_arm *general, const fl_study_arm *special,
                               const fl_trial_values *selected, fl_text *text);

/* The same for hyperparameters that no point of `special` is mapped to: with a fixed epsilon, say, Adam is no
 * general case of Momentum. 0: the space can hold a mapped point. */
size_t fl_stats_mapped_never(const fl_study_arm *general, const fl_study_arm *special, fl_text *text);

#endif
