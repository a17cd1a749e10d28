/* The batches of an exported trial, step by step: what the model saw, what it was measured against, and the masks its
 * dropouts drew. For this folder only. */
#ifndef FL_TRAIN_BATCHES_H
#define FL_TRAIN_BATCHES_H

#include "train/train.h"

typedef struct fl_train_batches fl_train_batches;

/* Begin inputs.npy, labels.npy, targets.npy where the loss wants numbers, and masks/NAME.npy of each dropout in
 * `folder`; where batches grow inputs/STEP.npy and so on. Borrows trial and folder. NULL with a message. */
fl_train_batches *fl_train_batches_new(const fl_trial *trial, const fl_network *network, const char *folder,
                                       fl_error *error);
bool fl_train_batches_append(fl_train_batches *batches, const fl_train_step *step, fl_error *error);
bool fl_train_batches_end_early(fl_train_batches *batches, fl_error *error); /* no more steps will come */
bool fl_train_batches_free(fl_train_batches *batches, fl_error *error);      /* closes them; accepts NULL */

#endif
