/* Trials of any combination, every hyperparameter drawn inside its range with all its digits. */
#ifndef FL_TESTS_COMMAND_TRIAL_H
#define FL_TESTS_COMMAND_TRIAL_H

#include "trial/trial.h"
#include "support/test.h"

enum { DRAWN_STEPS = 60, DRAWN_MOST = 50 }; /* no value is above 50, so that a warm-up ends before the trial does */

fl_trial draw_trial(const fl_optimizer *optimizer, const fl_schedule *schedule, const fl_workload *workload,
                    fl_random_stream *stream);

/* Can it be trained? A rule that asks for a Fisher matrix finds none on the quadratic, which predicts no targets. */
bool drawn_is_possible(const fl_trial *trial);

#endif
