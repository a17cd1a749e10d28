/* The farm: a study's trials given to worker processes, their outcomes written to the store by one supervisor.
 *
 * A worker that crashes, hangs or takes too much memory loses its trial's time and nothing else: the trial is tried
 * once more, then recorded as failed with the reason.
 */
#ifndef FL_FARM_FARM_H
#define FL_FARM_FARM_H

#include "store/store.h"
#include "wire/wire.h"

/* How far a run is. */
typedef struct fl_farm_progress {
    size_t total, done;                  /* trials needed as far as is known; done, those of earlier runs included */
    size_t before;                       /* done in earlier runs */
    size_t failed_before;                /* of these, failed and not tried again */
    size_t complete, infeasible, failed; /* of this run */
    size_t running;
    double speculated; /* seconds spent on trials that turned out not to be needed */
    double seconds;    /* since this run began */
    double left;       /* estimate of the seconds to come; negative while unknown */
} fl_farm_progress;

/* Far more than starting takes on a busy machine with a slow disk: whoever is not ready by then hangs. */
enum { FL_FARM_START_SECONDS = 120 };

/* Agents and supervisor send each other something every second. */
enum { FL_FARM_SILENCE_SECONDS = 15 };

typedef struct fl_farm {
    const fl_study *study;
    const char *folder;
    fl_store_shard shard;
    size_t workers;    /* of this process; 0 only where others have some */
    double timeout;    /* seconds a trial may take; 0: any */
    double start;      /* seconds a worker or an agent may take to be ready; 0: FL_FARM_START_SECONDS */
    size_t memory_mib; /* resident memory a worker may take; 0: any */
    bool retry_failed;
    bool no_speculation;     /* workers that would be idle stay so, rather than begin trials that may not be needed */
    size_t checkpoint_every; /* steps between two checkpoints of a trial; 0: none */
    size_t ranks_per_trial;  /* so many processes carry the workers of one training, where it has as many; 0, 1: one */
    size_t timeline;         /* steps of each trial whose spans are written down; 0: none */
    char *const *worker_command; /* NULL-ended; the program that calls fl_farm_worker_serve */
    int interrupt;               /* a file descriptor that becomes readable when the run must end; -1: none */
    int leave;                   /* one that does when it should save what it can and end (FL_FARM_LEFT); -1: none */
    fl_wire **wire; /* to the other processes of this run, of which this is number 0; NULL or of NULL: it is the only
                     * one. NULL once it has been finished; else somebody is missing, and fl_wire_abandon ends it */
    double silence; /* seconds after which an agent that sent nothing is given up; 0: FL_FARM_SILENCE_SECONDS */
    const char *const *words; /* NULL-ended, by which this run was started, without those that each process may have of
                               * its own: agents started by others are named; NULL: nobody asks */
    bool mixed;               /* agents on other kinds of machines may take trials */
    void (*progress)(void *user,
                     const fl_farm_progress *progress); /* at every change and at least twice a second; may be NULL */
    void (*warned)(void *user, const char *message);    /* may be NULL */
    void *user;
} fl_farm;

typedef enum fl_farm_end { FL_FARM_DONE, FL_FARM_INTERRUPTED, FL_FARM_LEFT, FL_FARM_ERROR } fl_farm_end;

/* There is no run: agents that wait for one may go. Finishes the wire. */
void fl_farm_dismiss(fl_wire **wire);

/* Run what is missing. On FL_FARM_ERROR the message says why; whatever finished is kept in every case. */
fl_farm_end fl_farm_run(const fl_farm *farm, fl_farm_progress *progress, fl_error *error);

#endif
