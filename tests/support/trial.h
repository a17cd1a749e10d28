/* Trials as tests begin them. */
#ifndef FL_TESTS_TRIAL_H
#define FL_TESTS_TRIAL_H

#include "support/test.h"
#include "base/text.h"
#include "trial/trial.h"

/* By a constant rate on naive, without evaluations. */
fl_trial naive_trial(const char *rule, const fl_workload *workload);

/* A setting by its name, "workload.noise". */
void trial_set(fl_trial *trial, const char *name, double value);

/* sgd with a step that looks elsewhere too, but leaves what it looked at as it was: it asks for the gradient of its
 * step once more, which is to be the same, then for one elsewhere, and moves by the first. */
fl_optimizer looking_rule(void);

/* The workload of a definition, whose text is freed. The caller's. */
fl_workload *defined_workload(fl_text *definition);

#endif
