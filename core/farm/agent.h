/* An agent: a process of a run that has workers but no store. It takes trials from the supervisor by the wire, keeps
 * their limits, sends outcomes and checkpoints, and ends its workers and itself when the supervisor is out of reach.
 */
#ifndef FL_FARM_AGENT_H
#define FL_FARM_AGENT_H

#include "base/error.h"
#include "wire/wire.h"

typedef struct fl_farm_agent {
    fl_wire *wire;
    size_t workers;
    const char *const *words;    /* as fl_farm.words */
    char *const *worker_command; /* as fl_farm.worker_command */
    const char *scratch;         /* a folder of this machine for checkpoints; made when needed, and removed */
    int interrupt, leave;        /* as fl_farm's */
} fl_farm_agent;

typedef enum fl_farm_agent_end {
    FL_FARM_AGENT_FINISHED, /* all is done, and every process is there to finish the wire */
    FL_FARM_AGENT_WAIT,     /* all is done, but somebody is missing: the supervisor ends everybody once it is ready */
    FL_FARM_AGENT_RELEASED, /* broken off */
    FL_FARM_AGENT_INTERRUPTED,
    FL_FARM_AGENT_ERROR, /* the message says why: above all, that the supervisor is out of reach */
} fl_farm_agent_end;

fl_farm_agent_end fl_farm_agent_run(const fl_farm_agent *agent, fl_error *error);

#endif
