/* One trial under way: what its start, its steps and its checkpoints share. For this folder only. */
#ifndef FL_TRAIN_RUN_H
#define FL_TRAIN_RUN_H

#include "base/arena.h"
#include "train/checkpoint.h"
#include "train/plans.h"

typedef struct fl_train_run {
    const fl_trial *trial;
    const fl_train_callbacks *watch;
    const fl_train_checkpoint_options *keeping; /* NULL: no checkpoints */
    fl_train_plans *plans;
    fl_network *network;
    fl_outcome *outcome;
    fl_arena *arena;
    fl_dataset_order order;
    fl_optimizer_update update;
    fl_schedule_context question; /* to the schedule */
    fl_train_checkpoint checkpoint;
    bool warned;        /* that its state cannot be saved */
    float *canonical;   /* n_parameters floats, for evaluations and the hash */
    size_t *told_steps; /* evaluations so far, as the schedule is told of them */
    double *told_losses;
    double started, loss, rate;
    size_t step; /* from 0 */
} fl_train_run;

/* Lend all memory and put the first step's state in place: a checkpoint's, or the initial one. False with a sentence
 * when the file of the checkpoint must not be used. */
bool fl_train_run_start(fl_train_run *run, fl_error *error);

/* outcome->points has one more: the schedule and the watcher hear of it. */
void fl_train_run_tell(fl_train_run *run);

/* The optimizer's step at run->rate. */
void fl_train_run_update(fl_train_run *run);

/* Go on from the checkpoint if there is a good one: *resumed. False as for fl_train_run_start. */
bool fl_train_run_resume(fl_train_run *run, bool *resumed, fl_error *error);

/* Save the state after a step. */
void fl_train_run_save(fl_train_run *run);

#endif
