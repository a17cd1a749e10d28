/* Workers that one network serves in turn: what each of them has for itself. For this folder only. */
#ifndef FL_TRAIN_WORKERS_H
#define FL_TRAIN_WORKERS_H

#include "train/run.h"

/* Room for each worker's state of the network, and for sums over workers. */
void fl_train_workers_allocate(fl_train_run *run);

/* All begin with the network's state. */
void fl_train_workers_start(fl_train_run *run);

/* The process that carries worker `w`: its rank. */
size_t fl_train_workers_carrier(const fl_train_run *run, size_t w);

/* The network is worker `w`'s now, and is nobody's any more. */
void fl_train_workers_enter(fl_train_run *run, size_t w);
void fl_train_workers_leave(fl_train_run *run, size_t w);

/* The state that a step's passes move: of all who share its batch, or the network's. */
float *fl_train_workers_state(const fl_train_run *run);

/* Nothing is carried on from batch to batch. */
void fl_train_workers_clear_carry(fl_train_run *run);

/* The loss of the last worker that this process carries is known, and with it those of its others: the other processes
 * may have them. Then the mean of everybody's; `brought`: that was done, and need not be done now. */
void fl_train_workers_bring_loss(fl_train_run *run, size_t last, double loss);
double fl_train_workers_mean_loss(fl_train_run *run, bool brought);

/* Loss and, where it is wanted, gradient of all shares of the batch of `step`, by workers that pass in step
 * (plans->together): what fl_train_run_forward gives of those that take turns. */
double fl_train_workers_pass_together(fl_train_run *run, size_t step, bool gradient);

/* A method's `present`: the mean of their states into the network, after however many steps. */
void fl_train_workers_present(fl_train_run *run, size_t done);

#endif
