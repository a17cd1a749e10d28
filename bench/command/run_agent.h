/* A run over several processes: joined as mpirun or srun launched them, process 0 the supervisor, the others agents. */
#ifndef BENCH_COMMAND_RUN_AGENT_H
#define BENCH_COMMAND_RUN_AGENT_H

#include "base/error.h"
#include "wire/wire.h"

/* *wire is NULL where this process is alone, or is to be (`no_mpi`). */
bool run_agent_join(bool no_mpi, fl_wire **wire, fl_error *error);

/* How many workers a process of the launch has where nobody says: the cores it was bound to, or its share of all. */
size_t run_agent_workers(void);

/* The words behind `run`, NULL-ended, that all processes of a launch share: without -j, which each may have of its own.
 * The array is the caller's to free. */
const char **run_agent_words(int argc, char **argv);

/* Be an agent to the end: the exit code. `said`: the words it was started by. */
int run_agent(fl_wire *wire, size_t workers, const char *const *said);

#endif
