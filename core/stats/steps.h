/* Steps to a target: the first evaluation strictly below a value (Shallue et al. 2018).
 *
 * A trial that never gets there has +infinity steps. The fewest steps among K trials follow best_of.h's distribution
 * with the steps as score and value: its percentiles keep the draws without a hit as +infinity, its `finite` is the
 * share that reached.
 */
#ifndef FL_STATS_STEPS_H
#define FL_STATS_STEPS_H

#include <stdbool.h>
#include <stddef.h>

/* True when two step counts cannot be told apart: they lie within one interval between evaluations, or neither
 * reached. */
bool fl_stats_steps_equal(double a, double b, double eval_every);

#endif
