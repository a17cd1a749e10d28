/* Evaluation: loss and error of the present parameters on the whole of each split. */
#ifndef FL_TRAIN_EVALUATE_H
#define FL_TRAIN_EVALUATE_H

#include "trial/point.h"
#include "train/average.h"
#include "train/ensemble.h"
#include "train/plans.h"

/* Fill the training and validation metrics of `point`: the validation set whole, training over as many first examples
 * as there are validation examples; the test set's become infinite. Without classes an example's error is its loss.
 * `canonical` is room for n_parameters floats. */
void fl_train_evaluate(const fl_train_plans *plans, float *canonical, fl_trial_point *point);

/* The test set's, whole, of the parameters that were evaluated last. */
void fl_train_evaluate_test(const fl_train_plans *plans, fl_trial_point *point);

/* The same of the averaged weights, or of the mean of the snapshots' predictions, where there are any:
 * point->averaged; before the first snapshot that of the last weights. */
void fl_train_evaluate_average(const fl_train_plans *plans, const fl_train_average *average,
                               fl_train_ensemble *ensemble, float *canonical, bool test, fl_trial_point *point);

#endif
