/* The plan that a run begins with, and what became of it. */
#ifndef BENCH_COMMAND_RUN_PLAN_H
#define BENCH_COMMAND_RUN_PLAN_H

#include "plan/plan.h"
#include "summary/summary.h"

/* What the study will cost and can show, where so many `workers` train at once. NULL where the folder's budget is
 * filled already or an optimizer is the user's own. The caller frees it by fl_plan_free. False with a message where an
 * arm's trials cannot be run here. */
bool run_plan_make(const fl_study *study, const char *folder, size_t workers, fl_plan **plan, fl_error *error);

/* Say it on stderr. */
void run_plan_say(const fl_plan *plan, size_t workers);

/* Say on stdout what was planned and what it was: the cost, and of each declared pair the difference that was to be
 * detectable beside the one that was found, with its interval. `plan` may be NULL. */
void run_plan_end(const fl_plan *plan, const fl_summary *summary);

#endif
