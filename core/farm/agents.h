/* The supervisor's book of agents: processes with workers of their own, on this machine or others, reached by the wire.
 *
 * An agent that is silent beyond its deadline is given up and its trials are given to others; should it come back, what
 * it had is dropped, and it may begin anew. Every function takes NULL for no agents.
 */
#ifndef FL_FARM_AGENTS_H
#define FL_FARM_AGENTS_H

#include "farm/crew.h"
#include "farm/farm.h"

typedef struct fl_farm_agents fl_farm_agents;

/* `crew` says where trials come from and outcomes go; `own` are this process's workers, to whom theirs may speak (NULL:
 * there are none); `checksums` of each arm's data set. `given_back` receives tasks whose agent was lost. All are
 * borrowed. */
fl_farm_agents *fl_farm_agents_new(const fl_farm *farm, const fl_farm_crew_options *crew, fl_farm_crew *own,
                                   const char (*checksums)[65],
                                   void (*given_back)(void *user, const fl_farm_task *task));

/* How many are given up now. */
size_t fl_farm_agents_lost(const fl_farm_agents *agents);

/* Tell them that it is over, and finish the wire where nobody is missing: *farm->wire is NULL then. */
void fl_farm_agents_free(fl_farm_agents *agents, bool interrupted);

bool fl_farm_agents_assign(fl_farm_agents *agents, fl_error *error);
bool fl_farm_agents_handle(fl_farm_agents *agents, fl_error *error);
size_t fl_farm_agents_busy(const fl_farm_agents *agents);   /* tasks they have */
bool fl_farm_agents_may_come(const fl_farm_agents *agents); /* somebody works, or has not answered yet */
int fl_farm_agents_wait_ms(const fl_farm_agents *agents);

/* How many processes the run has; 1 for NULL. Has this one a worker without a trial; has it any, or may it have? */
int fl_farm_agents_size(const fl_farm_agents *agents);
bool fl_farm_agents_is_free(const fl_farm_agents *agents, int rank);
bool fl_farm_agents_is_there(const fl_farm_agents *agents, int rank);

/* Give a task to one that is free; its trial is the agents' from then on. */
void fl_farm_agents_give(fl_farm_agents *agents, int rank, fl_farm_task *task);

/* Take a slot's trial from all who have it; their seconds so far, 0 when nobody has. */
double fl_farm_agents_cancel(fl_farm_agents *agents, const fl_record_slot *slot);
void fl_farm_agents_leave(fl_farm_agents *agents);

#endif
