/* Trainings, and one trainer for all of a program, so that data are loaded once. For workloads that last: a trainer
 * looks at the one before. What a trainer keeps and what it must not is the matter of train_reuse.c. */
#ifndef FL_TESTS_TRAINER_H
#define FL_TESTS_TRAINER_H

#include "train/train.h"

/* Freed at the program's end. */
fl_train_trainer *shared_trainer(void);

/* Train; what cannot be trained fails the test with the message. */
fl_outcome must_train(fl_train_trainer *trainer, const fl_trial *trial, const fl_train_callbacks *callbacks);

#endif
