/* What a trial costs beside its arithmetic: an optimizer that moves nothing on the eight-dimensional quadratic. Longer
 * trials show the cost of a step, the shortest the cost of beginning and ending one. */
#include "speed/gbench/gbench.h"
#include "speed/kernels/kernels.h"
#include "speed/kernels/setups.h"
#include "train/train.h"

#include <stdio.h>

static const size_t lengths[] = { 1, 1000 };

static void train(fl_train_trainer *trainer, const fl_trial *trial)
{
    fl_outcome outcome;
    fl_error error;
    if (!fl_train_trial(trainer, trial, NULL, &outcome, &error)) fl_error_die("%s", error.text);
    fl_outcome_free(&outcome);
}

static void measure(gbench *run, const void *what)
{
    fl_trial trial = setup_null_trial(*(const size_t *)what);
    fl_train_trainer *trainer = fl_train_trainer_new();
    train(trainer, &trial); /* loads and plans */
    while (gbench_next(run)) train(trainer, &trial);
    gbench_rate(run, "steps/s", (double)trial.steps);
    fl_train_trainer_free(trainer);
    fl_trial_free(&trial);
}

void kernels_trials(void)
{
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        char name[40];
        snprintf(name, sizeof name, "trial/null/%zu", lengths[i]);
        gbench_register(name, GBENCH_WALL, measure, &lengths[i], sizeof lengths[i]);
    }
}
