/* What a trainer keeps from one trial to the next: loaded data, its splits, and the networks planned for them. */
#ifndef FL_TRAIN_PLANS_H
#define FL_TRAIN_PLANS_H

#include "base/arena.h"
#include "network/curvature.h"
#include "network/network.h"
#include "layer/exchange.h"
#include "trial/trial.h"
#include "dataset/examples.h"

enum {
    FL_TRAIN_EVALUATION_BATCH = 250
}; /* divides the usual 5,000 and 10,000; large enough to be fast, small enough for the cache */

typedef struct fl_train_plans {
    fl_trial trial; /* the trial they were last made for */
    bool made;
    fl_dataset *dataset;
    fl_dataset_splits splits;
    fl_dataset_pipeline *pipeline; /* NULL: raw */
    fl_network *training, *evaluation;
    fl_arena *working;     /* what both work on, in turns */
    fl_network **together; /* of workers that pass in step: `training` and those of the others; NULL: there are none */
    size_t n_together;
    fl_network *assembled; /* trained on whole batches where shares meet (fl_method.assembles); NULL */
    fl_network_curvature *curvature, *curvature_of_all; /* in training and in evaluation mode, for rules that want it */
    fl_layer_exchange exchange; /* of workers that divide a layer; a training says how (train/exchange.h) */
    bool carries;               /* state goes on from batch to batch, so examples come in streams */
    size_t evaluation_batch;    /* examples at once */
} fl_train_plans;

/* Where a network's batches go. */
fl_dataset_input fl_train_plans_input(fl_network *network);

/* Make `plans` fit `trial`, keeping whatever already does. On error everything is given back. */
bool fl_train_plans_fit(fl_train_plans *plans, const fl_trial *trial, fl_error *error);
void fl_train_plans_free(fl_train_plans *plans);

#endif
