/* Weights kept beside those that are trained (trial/trial.h), and with them the running statistics: an average, or
 * snapshots. For this folder only. */
#ifndef FL_TRAIN_AVERAGE_H
#define FL_TRAIN_AVERAGE_H

#include "base/arena.h"
#include "network/network.h"
#include "trial/trial.h"

typedef struct fl_train_average {
    fl_trial_averaging how;
    size_t first;           /* tail: so many steps do not count */
    float *weights, *state; /* as the network's parameters and state lie, set after set; NULL: nothing is kept */
    size_t n_weights, n_state, n_sets;
    size_t taken; /* snapshots so far: the k-th is set k mod n_sets */
} fl_train_average;

fl_train_average fl_train_average_new(fl_arena *arena, const fl_network *network, const fl_trial *trial);

/* The initial parameters are in place. */
void fl_train_average_start(fl_train_average *average, fl_network *network);

/* So many steps are done. */
void fl_train_average_step(fl_train_average *average, const fl_trial *trial, fl_network *network, size_t done);

/* The arrays were put back as they were after so many steps. */
void fl_train_average_resume(fl_train_average *average, const fl_trial *trial, size_t done);

/* How many sets hold something. */
size_t fl_train_average_sets(const fl_train_average *average);

#endif
