/* Method `distributed_kfac` on either clock: batches that statistics workers measure, which inverse worker has which
 * inverses, and how late those in use were. For this folder only. */
#ifndef FL_TRAIN_PRECONDITIONER_H
#define FL_TRAIN_PRECONDITIONER_H

#include "train/run.h"

/* Steps since the last point, and how old the inverses in use were in all and at most. */
enum {
    FL_TRAIN_PRECONDITIONER_STEPS,
    FL_TRAIN_PRECONDITIONER_SUM,
    FL_TRAIN_PRECONDITIONER_MOST,
    FL_TRAIN_PRECONDITIONER_LATE
};

typedef struct fl_train_preconditioner {
    const fl_optimizer_preconditioner *of; /* the rule's */
    fl_optimizer_periods periods;
    size_t statistics_workers, inverse_workers;
    float *statistics, *inverses; /* room for a result */
    size_t count;                 /* floats of each */
    fl_train_tree tree;           /* of those who measure, in this process */
    size_t n_measure;
    size_t n_inverses, *worker_of;     /* by inverse */
    double *costs, all_costs, busiest; /* the busiest worker's fraction of all costs */
    double *late;                      /* FL_TRAIN_PRECONDITIONER_LATE */
} fl_train_preconditioner;

/* In the run's arena; from now on the rule leaves these parts alone. */
void fl_train_preconditioner_allocate(fl_train_run *run, fl_train_preconditioner *p);

/* Batch `number` of the statistics workers' order into the network. */
void fl_train_preconditioner_load(fl_train_run *run, uint64_t number);

/* The inverses of one worker, or of all (SIZE_MAX), to their places in p->inverses. */
void fl_train_preconditioner_invert(fl_train_run *run, fl_train_preconditioner *p, size_t worker);

/* Copy a worker's inverses, one behind the other, from their places in p->inverses or (`back`) to them; of `packed`
 * NULL nothing is copied. Returns how many floats they are. */
size_t fl_train_preconditioner_pack(const fl_train_run *run, const fl_train_preconditioner *p, size_t worker,
                                    float *packed, bool back);

/* The inverses in use were of factors as they were before update `of`: count that, and tell a point. */
void fl_train_preconditioner_count(const fl_train_run *run, fl_train_preconditioner *p, uint64_t of);
void fl_train_preconditioner_note(fl_train_preconditioner *p, fl_trial_point *point);
void fl_train_preconditioner_keep_late(fl_train_run *run, const fl_train_preconditioner *p);

size_t fl_train_preconditioner_doubly(const fl_train_run *run);

#endif
