/* One trial under way: what its start, its steps and its checkpoints share. For this folder only. */
#ifndef FL_TRAIN_RUN_H
#define FL_TRAIN_RUN_H

#include "base/memory.h"
#include "train/checkpoint.h"
#include "train/plans.h"

typedef struct fl_run {
    const fl_trial *trial;
    const fl_watch *watch;
    const fl_keeping *keeping; /* NULL: no checkpoints */
    fl_plans *plans;
    fl_network *network;
    fl_outcome *outcome;
    fl_arena *arena;
    fl_order order;
    fl_update update;
    fl_rate_question question; /* to the schedule */
    fl_checkpoint checkpoint;
    bool warned;        /* that its state cannot be saved */
    float *canonical;   /* n_parameters floats, for evaluations and the hash */
    size_t *told_steps; /* evaluations so far, as the schedule is told of them */
    double *told_losses;
    double started, loss, rate;
    size_t step; /* from 0 */
} fl_run;

/* Lend all memory and put the first step's state in place: a checkpoint's, or the initial one. False with a sentence
 * when the file of the checkpoint must not be used. */
bool fl_run_start(fl_run *run, fl_error *error);

/* outcome->points has one more: the schedule and the watcher hear of it. */
void fl_run_tell(fl_run *run);

/* Go on from the checkpoint if there is a good one: *resumed. False as for fl_run_start. */
bool fl_run_resume(fl_run *run, bool *resumed, fl_error *error);

/* Save the state after a step. */
void fl_run_save(fl_run *run);

#endif
