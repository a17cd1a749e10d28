/* Rules that carry a learning rate to another batch size, put to the test: of every arm the tuned point at one batch
 * size, taken to another by the linear rule (Goyal et al. 2017: rate times ratio) and by the square-root rule
 * (Krizhevsky 2014: rate times its root), beside the point that was tuned there. Each of them is trained with fresh
 * seeds, and the comparison is of these points alone: the best of 1.
 */
#ifndef FL_PLAN_CARRY_H
#define FL_PLAN_CARRY_H

#include "results/results.h"

enum { FL_PLAN_LEAST_SEEDS = 5, FL_PLAN_SEEDS = 10 }; /* fewer runs of a point say nothing; Fairlead's choice */

typedef struct fl_plan_carried {
    size_t from, to; /* batch sizes; 0: the least and the greatest of the study */
    size_t seeds;    /* runs of each point */
} fl_plan_carried;

/* The study that compares them at batch size `to`, with steps and evaluations as there. New reference; NULL with a
 * message where the folder's study does not tune every arm at both batch sizes, on one workload, backend, precision and
 * parallel method, or is not run to its end. */
json_t *fl_plan_carry(const fl_results *tuned, fl_plan_carried asked, fl_error *error);

#endif
