/* Workers: processes that run one trial after the other.
 *
 * A worker reads trials and writes outcomes as lines of JSON on its standard input and output; it starts before any
 * compute (fork after OpenMP would hang), has its thread count in its environment, and ends when its input closes or
 * its parent dies.
 */
#ifndef FL_FARM_WORKER_H
#define FL_FARM_WORKER_H

#include "base/text.h"
#include "record/record.h"
#include "wire/frames.h"

#include <sys/types.h>

enum { FL_FARM_WORKER_WIRE = 3 };  /* the descriptor by which a worker speaks to those it carries a trial with */
enum { FL_FARM_WORKER_LEFT = 75 }; /* the exit code of a worker that saved its trial's state and left (SIGUSR1) */

/* The worker's side: serve until the input closes. Returns the process's exit code. */
int fl_farm_worker_serve(void);

/* Who carries a trial together: a worker of each of these processes, which pass on what they send each other. */
enum { FL_FARM_GROUP_MOST = 64 };
typedef struct fl_farm_group {
    uint64_t number; /* 0: the trial is one worker's alone */
    size_t size, place;
    int ranks[FL_FARM_GROUP_MOST]; /* by place */
    double silence;                /* seconds after which one of them that sends nothing is given up */
} fl_farm_group;

/* Why a worker was lost. */
typedef enum fl_farm_loss {
    FL_FARM_LOSS_CRASH,
    FL_FARM_LOSS_LIMIT, /* past which it went: its trial is to begin again */
    FL_FARM_LOSS_LEFT   /* it saved its trial's state, as it was told: it is no fault */
} fl_farm_loss;

/* A trial that is to be run, and where its outcome belongs. */
typedef struct fl_farm_task {
    fl_record_slot slot;
    fl_trial trial;  /* owned by whoever runs it */
    uint64_t number; /* of this assignment to an agent; an answer to an earlier one has another */
    double begun;    /* when it was assigned to one */
    fl_farm_group group;
    fl_farm_loss loss; /* where its worker was lost, the last of them */
} fl_farm_task;

static inline bool fl_farm_task_is(const fl_farm_task *task, const fl_record_slot *slot)
{
    return task->slot.arm == slot->arm && task->slot.index == slot->index && task->slot.repeat == slot->repeat;
}

/* The supervisor's side: one worker and what it is doing. */
typedef struct fl_farm_worker {
    pid_t pid;             /* 0: not running */
    int to, from;          /* pipes, closed on exec */
    fl_text unsent;        /* what `to` has not taken yet */
    fl_text received;      /* bytes of the next line */
    fl_wire_frames frames; /* to and from those it carries a trial with */
    double started;
    bool ready, busy;
    fl_farm_task task; /* owned while busy */
    unsigned attempt;  /* which worker the trial is with, from 1 */
    double begun;
} fl_farm_worker;

/* Start the program `command` (NULL-ended) as a worker with `threads` threads. */
bool fl_farm_worker_start(fl_farm_worker *worker, char *const *command, unsigned threads, fl_error *error);

/* Give it the trial of `worker->task` to run, with a checkpoint in `path` after every so many steps (0: none), and
 * the spans of the first `timeline` steps in the outcome. False when it is gone. Never waits: what it
 * does not take at once is `unsent`, to be sent on when its pipe takes more. */
bool fl_farm_worker_send(fl_farm_worker *worker, const char *path, size_t checkpoint_every, size_t timeline);
bool fl_farm_worker_send_on(fl_farm_worker *worker);

/* What it had to say. */
typedef enum fl_farm_message {
    FL_FARM_MESSAGE_NONE,
    FL_FARM_MESSAGE_READY,
    FL_FARM_MESSAGE_NOTE,
    FL_FARM_MESSAGE_OUTCOME,
    FL_FARM_MESSAGE_ERROR,
    FL_FARM_MESSAGE_END
} fl_farm_message;

/* Receive the next message, if need be by one read of what is there. An outcome comes with the machine's facts (new
 * reference); an error, or a message about a checkpoint, in `error`; `begun` then moves back by the time the trial
 * took before. FL_FARM_MESSAGE_END: the worker exited or sent an invalid message. */
fl_farm_message fl_farm_worker_receive(fl_farm_worker *worker, fl_outcome *outcome, json_t **facts, fl_error *error);

/* Another whole line is there, so receiving it needs no read. */
bool fl_farm_worker_has_more(const fl_farm_worker *worker);

/* The memory it occupies now, in MiB rounded up; 0 when it is gone. Not its address space, of which libraries reserve a
 * lot. */
size_t fl_farm_worker_mib(const fl_farm_worker *worker);

/* End it, take it from the process table, and say how it ended: "killed by signal 9 (Killed)". Forgets its pipes. True:
 * it had left (FL_FARM_WORKER_LEFT). */
bool fl_farm_worker_stop(fl_farm_worker *worker, char *how, size_t size);

#endif
