/* What a trial may put in the place of what its workload says, by names that every workload takes. At their defaults
 * they are the workload's own.
 *
 *   label_smoothing                  of a softmax's loss in training; evaluations measure the plain loss
 *   dropout                          the rate of every dropout layer
 *   workload.init, .init_argument, .init_bias
 *                                    how parameters start (init/init.h)
 */
#ifndef FL_TRIAL_MODEL_H
#define FL_TRIAL_MODEL_H

#include "trial/trial.h"

enum {
    FL_TRIAL_LABEL_SMOOTHING,
    FL_TRIAL_DROPOUT,
    FL_TRIAL_INIT, /* a place in fl_init_names */
    FL_TRIAL_INIT_ARGUMENT,
    FL_TRIAL_INIT_BIAS,
    FL_TRIAL_MODEL_HYPERS
};

extern const fl_hyper fl_trial_model[FL_TRIAL_MODEL_HYPERS]; /* defaults NAN: the workload's */

/* What the workload says; NAN where that is nothing, or not one number: dropouts of several rates, or of a rate that is
 * an option. */
double fl_trial_model_default(const fl_workload *workload, size_t index);

/* Are the values possible for this workload? Else a message without a place. */
bool fl_trial_model_accepts(const fl_trial *trial, fl_error *error);

#endif
