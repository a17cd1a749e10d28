/* Distributed K-FAC on the real clock: process 0 walks the training loop, is the first gradient worker and has the
 * rule; behind it are the other gradient workers, then statistics workers, then inverse workers. Those keep nothing
 * from one message to the next, so that a checkpoint is process 0's alone.
 *
 *   process 0  COMPUTE    batch, parameters, the worker's running statistics   -> loss, gradient, running statistics
 *              MEASURE    batch, parameters, running statistics                -> statistics
 *              INVERT     what the rule keeps: averages and damping            -> the worker's inverses
 *              ENDS it, and a worker says BYE
 *
 * For this folder only. */
#ifndef FL_TRAIN_REAL_KFAC_H
#define FL_TRAIN_REAL_KFAC_H

#include "train/preconditioner.h"
#include "train/real.h"

enum { FL_TRAIN_REAL_COMPUTE = FL_TRAIN_REAL_OTHER, FL_TRAIN_REAL_MEASURE, FL_TRAIN_REAL_INVERT };

/* Workers of a kind, which are asked together; process 0 takes their answers in their order. */
typedef struct fl_train_real_pool {
    const char *what; /* in a timeline */
    size_t first, n;  /* processes */
    size_t answers;   /* taken */
    bool busy;
} fl_train_real_pool;

/* Rounds begun so far, and before which update the last began. */
typedef struct fl_train_real_round {
    uint64_t n, step;
} fl_train_real_round;

/* What a step leaves to the next; a round that was under way is lost with the process. */
typedef struct fl_train_real_rounds {
    fl_train_real_round statistics, inverses;
    uint64_t in_use, of; /* are inverses? those of factors as they were before update `of` */
} fl_train_real_rounds;

typedef struct fl_train_real_kfac {
    fl_train_real real; /* first: fl_train_real_of */
    fl_train_preconditioner p;
    fl_train_real_pool gradients, statistics, inverses;
    fl_train_real_rounds *rounds;
    bool waits;          /* every update, not the first alone */
    double longest_work; /* seconds of anybody's, */
    bool known;          /* if all kinds have worked */
} fl_train_real_kfac;

static inline fl_train_real_kfac *fl_train_real_kfac_of(const fl_train_run *run)
{
    return run->servers;
}

/* What processes do that do not walk the loop, to the end. */
void fl_train_real_kfac_serve(fl_train_run *run);

/* Process 0's step. */
void fl_train_real_kfac_step(fl_train_run *run);

extern const struct fl_train_method fl_train_method_distributed_kfac_real;

#endif
