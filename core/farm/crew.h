/* A crew: the workers of this process, kept at work.
 *
 * It starts workers as there is something to do, keeps a trial's limits, tries a trial once more when its worker is
 * lost, and reports every outcome. Where trials come from and outcomes go is its owner's business: the supervisor's
 * agenda and store, or messages from and to a supervisor elsewhere.
 */
#ifndef FL_FARM_CREW_H
#define FL_FARM_CREW_H

#include "farm/worker.h"

#include <poll.h>

typedef struct fl_farm_crew fl_farm_crew;

enum { FL_FARM_ATTEMPTS = 2 }; /* at a trial whose workers are lost */

typedef struct fl_farm_crew_options {
    size_t workers;
    unsigned threads;            /* of each */
    double timeout;              /* seconds a trial may take; 0: any */
    double start;                /* seconds a worker may take to be ready */
    size_t memory_mib;           /* resident memory a worker may take; 0: any */
    size_t checkpoint_every;     /* steps between two checkpoints of a trial; 0: none */
    size_t timeline;             /* steps of each trial whose spans are written down; 0: none */
    const char *folder;          /* where checkpoints lie (farm/checkpoints.h) */
    char *const *worker_command; /* NULL-ended */

    void *user;
    /* A trial to begin, its trial owned by the crew from then on; false: there is none now. */
    bool (*next)(void *user, fl_farm_task *task);
    /* A task has ended, with the facts of the machine, or failed (NULL). Everything is borrowed. False ends the run. */
    bool (*ended)(void *user, const fl_farm_task *task, const fl_outcome *outcome, const json_t *facts);
    void (*warned)(void *user, const char *message);
    /* A worker sends something to another that carries the task with it, by that one's place. */
    void (*carry)(void *user, const fl_farm_group *group, const fl_wire_frame *frame);
} fl_farm_crew_options;

fl_farm_crew *fl_farm_crew_new(const fl_farm_crew_options *options);
void fl_farm_crew_free(fl_farm_crew *crew); /* its workers are killed */

/* Give every idle worker a trial, if there is one. False: no worker can be started, or `ended` said so. */
bool fl_farm_crew_assign(fl_farm_crew *crew, fl_error *error);

size_t fl_farm_crew_busy(const fl_farm_crew *crew);

/* Something has come for a worker that carries a trial with others: from the one at place `frame->peer`. Nobody's where
 * no worker is at it any more. */
void fl_farm_crew_deliver(fl_farm_crew *crew, const fl_wire_frame *frame);

/* FL_FARM_CREW_POLLS entries per worker in `polls`; returns how many. */
enum { FL_FARM_CREW_POLLS = 3 };
size_t fl_farm_crew_polls(const fl_farm_crew *crew, struct pollfd *polls);

/* Receive what the workers sent, as poll() told, and enforce the limits. */
bool fl_farm_crew_handle(fl_farm_crew *crew, const struct pollfd *polls, fl_error *error);

/* poll() for as long as the crew can wait, and at most `ms`. */
int fl_farm_crew_wait(const fl_farm_crew *crew, struct pollfd *polls, size_t n, int ms);

/* Leave: have every worker save its trial's state after the step it is at, and end. Workers that have nothing to save,
 * or no place for it, are stopped. What still ends is reported; nothing is tried again. */
void fl_farm_crew_leave(fl_farm_crew *crew);

/* Stop the worker at a slot's trial; the seconds it has spent, 0 when no worker has it. */
double fl_farm_crew_cancel(fl_farm_crew *crew, const fl_record_slot *slot);

#endif
