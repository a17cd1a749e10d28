/* Averaged weights beside those that are trained (trial/trial.h), and with them the running statistics. For this folder
 * only. */
#ifndef FL_TRAIN_AVERAGE_H
#define FL_TRAIN_AVERAGE_H

#include "base/arena.h"
#include "network/network.h"
#include "trial/trial.h"

typedef struct fl_train_average {
    fl_trial_averaging how;
    size_t first;           /* tail: so many steps do not count */
    float *weights, *state; /* as the network's parameters and state lie; NULL: nothing is averaged */
} fl_train_average;

fl_train_average fl_train_average_new(fl_arena *arena, const fl_network *network, const fl_trial *trial);

/* The initial parameters are in place. */
void fl_train_average_start(fl_train_average *average, fl_network *network);

/* So many steps are done. */
void fl_train_average_step(fl_train_average *average, fl_network *network, size_t done);

#endif
