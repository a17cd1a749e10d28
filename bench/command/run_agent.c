/* The processes of a run that only have workers. */
#include "base/folder.h"
#include "base/memory.h"
#include "command/run_agent.h"
#include "farm/agent.h"
#include "record/host.h"
#include "say/options.h"
#include "say/places.h"
#include "say/signals.h"
#include "wire/launch.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long an agent stays when somebody is missing: leaving without the others would make the launcher end them all,
 * and with them the supervisor that is still drawing. It ends everybody when it has done so. */
enum { STAY_SECONDS = 600 };

bool run_agent_join(bool no_mpi, fl_wire **wire, fl_error *error)
{
    char module[FL_FILE_PATH_MAX];
    *wire = NULL;
    places_mpi_module(module);
    return no_mpi || fl_wire_launch(module, wire, error);
}

size_t run_agent_workers(void)
{
    cpu_set_t bound;
    size_t cores = fl_record_host_cores(), neighbours = (size_t)fl_wire_launch_neighbours();
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    if (sched_getaffinity(0, sizeof bound, &bound) == 0 && CPU_COUNT(&bound) < online) {
        size_t n = (size_t)CPU_COUNT(&bound);
        return n < cores ? n : cores;
    }
    return cores > neighbours ? cores / neighbours : 1;
}

const char **run_agent_words(int argc, char **argv)
{
    static const char name[] = "--jobs", letter[] = "-j";
    const char **shared = fl_memory_new((size_t)argc + 1, sizeof *shared);
    size_t n = 0;
    for (int i = 1; i < argc; i++) {
        bool alone = !strcmp(argv[i], name) || !strcmp(argv[i], letter); /* its number is the next word */
        if (!alone && strncmp(argv[i], letter, strlen(letter)) && strncmp(argv[i], "--jobs=", strlen("--jobs=")))
            shared[n++] = argv[i];
        i += alone;
    }
    return shared;
}

static int end(fl_wire *wire, fl_farm_agent_end how, const fl_error *error)
{
    switch (how) {
    case FL_FARM_AGENT_FINISHED:
        fl_wire_finish(wire);
        return 0;
    case FL_FARM_AGENT_WAIT:
        sleep(STAY_SECONDS);
        return 0;
    case FL_FARM_AGENT_INTERRUPTED:
        return 128 + signals_came();
    case FL_FARM_AGENT_ERROR:
        return complain(error);
    default:
        return 0;
    }
}

int run_agent(fl_wire *wire, size_t workers, const char *const *said)
{
    fl_error error;
    char self[FL_FILE_PATH_MAX], scratch[FL_FILE_PATH_MAX], *const command[] = { self, "worker", NULL };
    fl_farm_agent agent = {
        .wire = wire, .workers = workers, .words = said, .worker_command = command, .scratch = scratch
    };
    places_program(self);
    if (!fl_folder_temporary(scratch, "fairlead-agent", &error)) return complain(&error);
    bool ready = signals_catch(&agent.interrupt, &error) && signals_catch_leave(&agent.leave, &error);
    fl_farm_agent_end how = ready ? fl_farm_agent_run(&agent, &error) : FL_FARM_AGENT_ERROR;
    fl_folder_remove(scratch, NULL);
    return ready ? end(wire, how, &error) : complain(&error);
}
