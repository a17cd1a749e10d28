/* From measured times to core-hours. */
#include "base/memory.h"
#include "plan/plan_measure.h"
#include "trial/parallel.h"

#include <stdlib.h>

static bool same_work(const fl_study_arm *a, const fl_study_arm *b)
{
    return fl_trial_same_parallel(&a->base, &b->base) && a->base.micro_batch == b->base.micro_batch &&
           a->base.owners.optimizer == b->base.owners.optimizer && a->base.owners.workload == b->base.owners.workload &&
           a->base.backend == b->base.backend && a->base.precision == b->base.precision &&
           a->base.batch_size == b->base.batch_size;
}

/* The fraction of an evaluation that the test set takes: it is evaluated as the others are, example by example. */
static double test_share(const fl_trial *base)
{
    double validation = (double)fl_trial_validation(base), test = (double)base->owners.workload->dataset->n_test;
    return test / (2 * validation + test);
}

/* What the evaluations of a run take, in whole ones: of points that may not be scored the test set is left out. */
static double whole_evaluations(const fl_plan_arm *arm)
{
    double n = (double)arm->evaluations;
    if (arm->arm->base.test != FL_TRIAL_TEST_FINAL || n < 1) return n;
    return n - (n - 1) * test_share(&arm->arm->base);
}

/* What the steps of a trial compute, in batches of batch_size: grown ones count several times. Of the arm's first
 * trial. */
static double batches_of(const fl_plan *plan, const fl_study_arm *arm)
{
    fl_trial trial = fl_study_trial(plan->study, arm, 0, 0);
    size_t n_training = trial.owners.workload->dataset->n_train - fl_trial_validation(&trial);
    double batches = (double)fl_trial_batches_before(&trial, trial.steps, n_training);
    fl_trial_free(&trial);
    return batches;
}

static void add_cost(fl_plan *plan, fl_plan_arm *arm, double bytes)
{
    const fl_trial *base = &arm->arm->base;
    double runs = (double)arm->runs, evaluate = whole_evaluations(arm) * arm->speed.evaluation;
    arm->evaluate = runs * evaluate * base->threads;
    arm->seconds = runs * base->threads * (arm->speed.setup + batches_of(plan, arm->arm) * arm->speed.step + evaluate);
    arm->bytes = runs * bytes;
    plan->seconds += arm->seconds;
    plan->evaluate += arm->evaluate;
    plan->bytes += arm->bytes;
}

static bool in_arm(const fl_study_arm *arm, const fl_error *why, fl_error *error)
{
    bool machine = why->fault == FL_ERROR_MACHINE;
    return machine ? fl_error_machine(error, "%s: arm '%s': %s", arm->place, arm->name, why->text)
                   : fl_error_user(error, "%s: arm '%s': %s", arm->place, arm->name, why->text);
}

/* Measured once for all arms that do the same work. */
static bool cost_arm(fl_plan *plan, fl_train_trainer *trainer, size_t i, double seconds, double *bytes, fl_error *error)
{
    fl_plan_arm *arm = &plan->arms[i];
    size_t like = 0;
    fl_error why;
    while (like < i && !same_work(plan->arms[like].arm, arm->arm)) like++;
    arm->speed = plan->arms[like].speed;
    bytes[i] = bytes[like];
    if (like == i &&
        !fl_plan_measure(trainer, plan->study, arm->arm, arm->evaluations, seconds, &arm->speed, &bytes[i], &why))
        return in_arm(arm->arm, &why, error);
    add_cost(plan, arm, bytes[i]);
    return true;
}

bool fl_plan_cost(fl_plan *plan, double seconds, fl_error *error)
{
    fl_train_trainer *trainer = fl_train_trainer_new();
    double *bytes = fl_memory_new(plan->n_arms, sizeof *bytes);
    bool measured = true;
    for (size_t i = 0; measured && i < plan->n_arms; i++) measured = cost_arm(plan, trainer, i, seconds, bytes, error);
    free(bytes);
    fl_train_trainer_free(trainer);
    return measured;
}
