/* How far the run in a folder is, from what stands in the folder: nothing is locked, changed or asked of the run.
 * Counts and times only, no results: what they are must not decide whether to go on. */
#ifndef BENCH_COMMAND_WATCH_STATE_H
#define BENCH_COMMAND_WATCH_STATE_H

#include "results/results.h"

/* One arm's trials; a trial has ended once all its repeats have. */
typedef struct watch_arm {
    size_t ended, left; /* left: known to be needed */
    size_t diverged, failed;
    size_t runs_left; /* repeats of trials, reruns of the selected one included */
    double seconds;   /* mean of a run, from a sample; NaN before the first */
} watch_arm;

typedef struct watch_state {
    fl_results *results;      /* owned */
    watch_arm *arms;          /* one per arm of the study; owned */
    watch_arm all;            /* their sum; `seconds` over all */
    size_t steps, steps_left; /* of the search; a trial that diverged counts up to its last evaluation, unknown: none */
    size_t reruns, reruns_left;
    size_t runs, workers; /* processes that write to the folder on this machine, and those they have started */
    double since_record;  /* seconds since a line was last added; NaN before the first */
    double left;          /* estimated seconds to the end; NaN while unknown */
    bool complete;        /* nothing is left to run */
} watch_state;

/* Look at a folder; false when it is none or cannot be read. */
bool watch_look(const char *folder, watch_state *state, fl_error *error);
void watch_state_free(watch_state *state); /* what it owns, not the struct */

/* Trials that end per minute at the workers' present number; NaN while unknown. */
double watch_rate(const watch_state *state);

#endif
