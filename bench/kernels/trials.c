/* What a trial costs beside its arithmetic: an optimizer that moves nothing on the eight-dimensional quadratic. Longer trials show
 * the cost of a step, the shortest the cost of beginning and ending one. */
#include "gbench/gbench.h"
#include "kernels/kernels.h"
#include "train/train.h"

#include <stdio.h>

static const size_t lengths[] = { 1, 1000 };

static void train(fl_trainer *trainer, const fl_trial *trial)
{
    fl_outcome outcome;
    fl_error error;
    if (!fl_train(trainer, trial, NULL, &outcome, &error)) fl_die("%s", error.text);
    fl_outcome_free(&outcome);
}

static void measure(gbench *run, const void *what)
{
    fl_owners owners = { fl_optimizer_find("null", NULL), fl_schedule_find("constant", NULL),
                         fl_workload_find("quadratic/noisy", NULL) };
    fl_trial trial = fl_trial_default(&owners);
    fl_trainer *trainer = fl_trainer_new();
    trial.backend = fl_backend_find("naive", NULL);
    trial.values.of[FL_OF_OPTIMIZER][0] = 1; /* null's only hyperparameter, the learning rate */
    trial.batch_size = 1;
    trial.eval_every = 0;
    trial.steps = *(const size_t *)what;
    train(trainer, &trial); /* loads and plans */
    while (gbench_next(run)) train(trainer, &trial);
    gbench_rate(run, "steps/s", (double)trial.steps);
    fl_trainer_free(trainer);
}

void kernels_trials(void)
{
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        char name[40];
        snprintf(name, sizeof name, "trial/null/%zu", lengths[i]);
        gbench_register(name, GBENCH_WALL, measure, &lengths[i], sizeof lengths[i]);
    }
}
