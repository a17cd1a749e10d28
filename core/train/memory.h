/* What a trial takes of memory, counted before any of it is allocated. */
#ifndef FL_TRAIN_MEMORY_H
#define FL_TRAIN_MEMORY_H

#include "train/plans.h"

/* Do the planned networks, with their copies of the weights, activations and workspaces, and the arrays of the trial's
 * rule fit? Else a message. What a curvature takes, and a rule's own matrices, is looked at when they are planned. */
bool fl_train_memory_fits(const fl_train_plans *plans, const fl_trial *trial, fl_error *error);

#endif
