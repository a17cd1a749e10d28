/* Whether a model that carries state from batch to batch can meet its data as the trial wants. */
#ifndef FL_TRAIN_SUITS_H
#define FL_TRAIN_SUITS_H

#include "train/plans.h"

/* Examples follow each other, batches are whole and stay as large, and there are enough for streams. Else a message. */
bool fl_train_suits(const fl_train_plans *plans, const fl_trial *trial, fl_error *error);

#endif
