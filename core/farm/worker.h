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

#include <sys/types.h>

/* The worker's side: serve until the input closes. Returns the process's exit code. */
int fl_worker_serve(void);

/* The supervisor's side: one worker and what it is doing. */
typedef struct fl_worker {
    pid_t pid;     /* 0: not running */
    int to, from;  /* pipes, closed on exec */
    fl_text heard; /* bytes of the next line */
    bool ready, busy;
    fl_slot slot;
    fl_trial trial;   /* owned while busy */
    unsigned attempt; /* which worker the trial is with, from 1 */
    double begun;
} fl_worker;

/* Start the program `command` (NULL-ended) as a worker with `threads` threads. */
bool fl_worker_start(fl_worker *worker, char *const *command, unsigned threads, fl_error *error);

/* Give it `worker->trial` to run, with a checkpoint in `path` after every so many steps (0: none). False when it is
 * gone.
 */
bool fl_worker_send(fl_worker *worker, const char *path, size_t checkpoint_every);

/* What it had to say. */
typedef enum fl_heard {
    FL_HEARD_NOTHING,
    FL_HEARD_READY,
    FL_HEARD_SENTENCE,
    FL_HEARD_OUTCOME,
    FL_HEARD_ERROR,
    FL_HEARD_END
} fl_heard;

/* Hear its next line, if need be by one read of what is there. An outcome comes with the machine's facts (new
 * reference); an error, or a sentence about a checkpoint, in `error`; `begun` then moves back by the time the trial
 * took before. FL_HEARD_END: the worker is gone or talks nonsense. */
fl_heard fl_worker_hear(fl_worker *worker, fl_outcome *outcome, json_t **facts, fl_error *error);

/* Another whole line is there, so hearing it needs no read. */
bool fl_worker_has_more(const fl_worker *worker);

/* The memory it occupies now, in MiB rounded up; 0 when it is gone. Not its address space, of which libraries reserve a
 * lot. */
size_t fl_worker_mib(const fl_worker *worker);

/* End it, take it from the process table, and say how it ended: "killed by signal 9 (Killed)". Forgets its pipes. */
void fl_worker_stop(fl_worker *worker, char *how, size_t size);

#endif
