/* A data set that an agent's machine lacks: sent once by the supervisor, kept in the agent's own scratch, readable by
 * its owner alone, found by its workers like any other (FAIRLEAD_DATA), removed with the agent. The loader checks every
 * file's size and sha256 as always. */
#ifndef FL_FARM_AGENT_DATA_H
#define FL_FARM_AGENT_DATA_H

#include "dataset/dataset.h"
#include "wire/wire.h"

/* Registered, made of files, and in no folder of this machine. */
bool fl_farm_agent_lacks(const fl_dataset_kind *kind);

/* Supervisor: send file after file, or as far as they can be read; *seconds is how long they may take to arrive.
 * `name` is the agent's word, and must be of a registered set. */
bool fl_farm_agent_send_data(fl_wire *wire, int to, const char *name, double *seconds, fl_error *error);

/* Agent: write a file that was sent; true once the set is whole, or with a message when it cannot be written. */
bool fl_farm_agent_take_data(const fl_dataset_kind *kind, const char *scratch, const fl_wire_message *message,
                             fl_error *error);

/* Agent: remove what was written. */
void fl_farm_agent_drop_data(const char *scratch);

#endif
