/* Whether a model and its data go together, where only the loaded data can tell. */
#ifndef FL_TRAIN_SUITS_H
#define FL_TRAIN_SUITS_H

#include "train/plans.h"

/* The loss finds classes or numbers of the data, as many as it asks for; tokens are below
 * the vocabulary; there are enough examples for streams. Else a message that names both sides. */
bool fl_train_suits(const fl_train_plans *plans, const fl_trial *trial, fl_error *error);

#endif
