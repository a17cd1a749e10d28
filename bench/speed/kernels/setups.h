/* What the benchmarks and the counts of instructions both prepare: pixels to gather, an update with its arrays, a trial
 * that trains nothing. Memory is the arena's.
 */
#ifndef BENCH_SPEED_KERNELS_SETUPS_H
#define BENCH_SPEED_KERNELS_SETUPS_H

#include "base/arena.h"
#include "trial/trial.h"
#include "dataset/examples.h"

/* `count` examples of 28 x 28 pixels, all of them for training. */
typedef struct setup_pictures {
    fl_dataset dataset;
    fl_dataset_examples examples; /* its index is the arena's */
} setup_pictures;
enum { SETUP_PIXELS = 28 * 28 };
setup_pictures *setup_pictures_of(fl_arena *arena, size_t count);

/* An optimizer with its defaults, random parameters and gradient, and its state started. The rate, 1e-6, leaves the
 * numbers ordinary for as long as anyone measures. `count` is a multiple of 16. */
enum { SETUP_SIDE = 1024 }; /* of the matrices that rules that look at any are given */
typedef struct setup_update {
    fl_tensor block;
    fl_tensor_layout layout;
    double hyper[FL_HYPER_MAX];
    fl_optimizer_update update;
} setup_update;
setup_update *setup_update_of(fl_arena *arena, const fl_optimizer *optimizer, size_t count);

/* Null on the eight-dimensional quadratic, batch 1, no evaluation. */
fl_trial setup_null_trial(size_t steps);

#endif
