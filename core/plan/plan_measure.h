/* Times of this machine for the arms of a study; between the files of core/plan. */
#ifndef FL_PLAN_PLAN_MEASURE_H
#define FL_PLAN_PLAN_MEASURE_H

#include "plan/plan.h"
#include "train/train.h"

/* Of every arm, and of all. Apart: in a child of this process. */
bool fl_plan_cost(fl_plan *plan, double seconds, fl_error *error);
bool fl_plan_cost_apart(fl_plan *plan, double seconds, fl_error *error);

/* Train an arm's workload for `seconds` or longer and evaluate once. *bytes: what the record of such a trial with
 * `evaluations` points takes on disk. */
bool fl_plan_measure(fl_train_trainer *trainer, const fl_study *study, const fl_study_arm *arm, size_t evaluations,
                     double seconds, fl_plan_speed *speed, double *bytes, fl_error *error);

#endif
