/* The mean of several models' predictions: a classifier's probabilities (Huang et al. 2017). For this folder only. */
#ifndef FL_TRAIN_ENSEMBLE_H
#define FL_TRAIN_ENSEMBLE_H

#include "base/arena.h"
#include "train/plans.h"

typedef struct fl_train_ensemble {
    size_t columns;
    float *output;     /* what one evaluation batch gives */
    float *predicted;  /* of each row of a split the sum of the models' probabilities */
    double *one;       /* a row */
    size_t set, n_set; /* the model at work, from 0, of so many */
} fl_train_ensemble;

/* Room for the largest split. */
fl_train_ensemble fl_train_ensemble_new(fl_arena *arena, const fl_train_plans *plans);

/* After a forward of model `set` on rows first..first+n-1 of a split: they join the sums. Of the last model, the
 * losses and errors of these rows are added up. */
void fl_train_ensemble_add(fl_train_ensemble *ensemble, fl_network *network, size_t first, size_t n, double *loss,
                           double *error);

#endif
