/* A checkpoint: what a step of a trial leaves to the next one, in a file, so that a killed trial goes on from there.
 *
 * What follows from the trial itself is left out: every random draw is a function of seed, purpose and position, an
 * epoch's order one of seed and epoch, the rate one of the step and of the points. Parameters and optimizer state are
 * written as they lie in memory, in the layout the rule has them in and with its padding, for only the machine and
 * build that wrote them may read them: anywhere else the steps to come would have other bits than those done.
 */
#ifndef FL_TRAIN_CHECKPOINT_H
#define FL_TRAIN_CHECKPOINT_H

#include "optimizer/optimizer.h"
#include "train/train.h"

/* How far a trial is. */
typedef struct fl_train_position {
    uint64_t steps, n_points, gradient_evaluations, curvature_products;
    fl_outcome_first_losses first_losses;
    double spent; /* seconds since the trial's start, those of earlier processes included */
    fl_outcome_seconds seconds;
} fl_train_position;

typedef struct fl_train_checkpoint_array {
    float *values;
    size_t count;
    bool apart; /* as many equal parts as there are workers, worker 0's first: each is known where its worker is */
} fl_train_checkpoint_array;

/* A trial's state, borrowed where it lies. */
typedef struct fl_train_checkpoint {
    const char *trial; /* identity */
    uint64_t where;    /* a hash of the machine, the build and what the libraries chose */
    fl_train_position at;
    fl_train_checkpoint_array arrays[12 + FL_OPTIMIZER_STATES]; /* parameters or what a method keeps, the optimizer's
                                                                   state, its own floats, averages, the network's state
                                                                 */
    size_t n_arrays;
    fl_trial_point *points;
    size_t most_points; /* room for so many */
} fl_train_checkpoint;

/* True when a checkpoint can be written there; else it is the user's mistake. */
bool fl_train_checkpoint_possible(const char *path, fl_error *error);

/* Write it so that `path` holds the last whole one at every moment. Until it is whole it is called FILE.tmp, always the
 * same, so that whoever is killed while writing leaves one such file at most, and the next one uses it. Allocates
 * nothing. */
bool fl_train_checkpoint_write(const fl_train_checkpoint *checkpoint, const char *path, fl_error *error);

typedef enum fl_train_checkpoint_found {
    FL_TRAIN_CHECKPOINT_READ,    /* `at`, arrays and points are filled */
    FL_TRAIN_CHECKPOINT_NONE,    /* there is no such file */
    FL_TRAIN_CHECKPOINT_USELESS, /* damaged, or of another version, machine or build; the message says which */
    FL_TRAIN_CHECKPOINT_FOREIGN, /* no checkpoint, or of another trial: nobody's to overwrite; the message says which
                                  */
} fl_train_checkpoint_found;

/* Read it into place. Unless it was read, `at` is untouched, and each array is untouched or zero. */
fl_train_checkpoint_found fl_train_checkpoint_read(fl_train_checkpoint *checkpoint, const char *path, fl_error *error);

/* Keep other processes from the same checkpoint: two would write into one FILE.tmp. A lock in FILE.lock for
 * fl_train_checkpoint_unlock, or -1 with a message where another process that lives has it. `warning` gets a message
 * where the file system has no locks, else "". */
int fl_train_checkpoint_lock(const char *path, char warning[200], fl_error *error);
void fl_train_checkpoint_unlock(const char *path, int lock);

/* Remove it and what a killed writer may have left; fine when there is nothing. */
void fl_train_checkpoint_remove(const char *path);

#endif
