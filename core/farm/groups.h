/* Trials that several processes carry together, a worker of each (--ranks-per-trial): found among the processes that
 * have one free, in the order of their ranks, so that processes with as many workers come in groups of neighbours. The
 * first one's outcome counts. When one is lost the others are stopped and the trial is given anew, to whoever is
 * there; a trial whose workers were lost twice has failed.
 *
 * How many carry a trial makes no difference to its bits (train/carriers.h), so fewer do where fewer are left.
 */
#ifndef FL_FARM_GROUPS_H
#define FL_FARM_GROUPS_H

#include "farm/agents.h"
#include "farm/crew.h"
#include "farm/dispatch.h"
#include "farm/farm.h"

typedef struct fl_farm_groups fl_farm_groups;

/* All are borrowed. */
fl_farm_groups *fl_farm_groups_new(const fl_farm *farm, fl_farm_dispatch *dispatch, fl_farm_crew *crew,
                                   fl_farm_agents *agents);
void fl_farm_groups_free(fl_farm_groups *groups); /* accepts NULL */

/* Give trials to whoever is free. False: an outcome could not be recorded. */
bool fl_farm_groups_assign(fl_farm_groups *groups);

/* A task that was given to this process, for its crew. */
bool fl_farm_groups_next(fl_farm_groups *groups, fl_farm_task *task);

/* A worker of a group has ended its task; or its whole process is lost, with what it had. */
bool fl_farm_groups_ended(fl_farm_groups *groups, const fl_farm_task *task, const fl_outcome *outcome,
                          const json_t *facts);
void fl_farm_groups_lost(fl_farm_groups *groups, const fl_farm_task *task);

/* Whoever carries the slot's trial is stopped: the seconds they have spent. */
double fl_farm_groups_cancel(fl_farm_groups *groups, const fl_record_slot *slot);

#endif
