/* Trials as values: defaults and checks. */
#include "trial/trial.h"
#include "base/entry.h"
#include "base/memory.h"
#include "math/dense.h"
#include "math/eigen.h"
#include "trial/around.h"
#include "trial/default.h"
#include "trial/model.h"
#include "trial/parallel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

fl_trial fl_trial_default(const fl_trial_owners *owners)
{
    fl_trial trial = {
        .owners = *owners,
        .backend = fl_backend_find(FL_TRIAL_DEFAULT_BACKEND, NULL),
        .precision = FL_TRIAL_DEFAULT_PRECISION,
        .batch_size = FL_TRIAL_DEFAULT_BATCH,
        .steps = FL_TRIAL_DEFAULT_STEPS,
        .workers = 1,
        .eval_every = FL_TRIAL_DEFAULT_EVAL_EVERY(FL_TRIAL_DEFAULT_STEPS),
        .threads = FL_TRIAL_DEFAULT_THREADS,
        .seed = FL_TRIAL_DEFAULT_SEED,
        .split = { .validation = SIZE_MAX },
        .init = owners->workload->init,
    };
    fl_trial_values_default(owners, &trial.values);
    return trial;
}

static double *copy_rates(const double *rates, size_t n)
{
    return n ? memcpy(fl_memory_new(n, sizeof *rates), rates, n * sizeof *rates) : NULL;
}

fl_trial fl_trial_copy(const fl_trial *trial)
{
    fl_trial copy = *trial;
    copy.rates = copy_rates(trial->rates, trial->n_rates);
    return copy;
}

void fl_trial_free(fl_trial *trial)
{
    free(trial->rates);
    *trial = (fl_trial){ 0 };
}

fl_schedule_context fl_trial_schedule_context(const fl_trial *trial)
{
    const fl_optimizer *optimizer = trial->owners.optimizer;
    size_t rate = fl_hyper_index(optimizer->hypers, optimizer->n_hypers, "learning_rate");
    return (fl_schedule_context){
        .hyper = trial->values.of[FL_TRIAL_OF_SCHEDULE],
        .rates = trial->rates,
        .n_rates = trial->n_rates,
        .learning_rate = trial->values.of[FL_TRIAL_OF_OPTIMIZER][rate],
        .steps = trial->steps,
    };
}

/* Some rules stand on a library that a build may lack. */
static bool rule_is_there(const fl_trial *trial, fl_error *error)
{
    const fl_optimizer *optimizer = trial->owners.optimizer;
    fl_error why;
    if (!optimizer->dense || fl_math_usable(&why)) return true;
    return fl_error_user(error, "optimizer '%s' is not there: %s", optimizer->entry.name, why.text);
}

/* Snapshots are of a schedule that starts again, and of predictions that have a mean. */
static bool snapshots_are_possible(const fl_trial *trial, fl_error *error)
{
    const fl_workload *workload = trial->owners.workload;
    if (trial->average.method != FL_TRIAL_SNAPSHOTS) return true;
    if (!trial->owners.schedule->cycle)
        return fl_error_user(error,
                             "snapshots are taken where the rate starts again, and schedule '%s' does not; use "
                             "cosine_restarts",
                             trial->owners.schedule->entry.name);
    return workload->layers[workload->n_layers - 1].kind == FL_LAYER_SOFTMAX_CROSS_ENTROPY ||
           fl_error_user(error,
                         "snapshots: the loss of workload '%s' has no classes whose predictions could be averaged",
                         workload->entry.name);
}

/* What measures curvature may be missing too. */
static bool curvature_is_there(const fl_trial *trial, fl_error *error)
{
    fl_error why;
    if (!trial->curvature_every || fl_math_eigen_usable(&why)) return true;
    return fl_error_user(error, "the curvature cannot be measured: %s", why.text);
}

static bool growth_is_possible(const fl_trial *trial, fl_error *error)
{
    double factor = trial->values.of[FL_TRIAL_AROUND][FL_TRIAL_BATCH_FACTOR];
    if (!fl_trial_grows(trial) || trial->values.of[FL_TRIAL_AROUND][FL_TRIAL_BATCH_EVERY] > 0) return true;
    return fl_error_user(error, "batch.factor = %.10g needs batch.every, the steps from one growth to the next",
                         factor);
}

bool fl_trial_accepts(const fl_trial *trial, size_t n_training, fl_error *error)
{
    if (!trial->steps) return fl_error_user(error, "steps must be at least 1");
    if (!trial->batch_size) return fl_error_user(error, "the batch must hold at least 1 example");
    if (trial->micro_batch && trial->batch_size % trial->micro_batch)
        return fl_error_user(error, "a micro-batch of %zu does not divide a batch of %zu", trial->micro_batch,
                             trial->batch_size);
    if (!fl_trial_parallel_accepts(trial, error)) return false;
    if (trial->batch_size > n_training)
        return fl_error_user(error, "a batch of %zu is larger than the training split of %zu examples",
                             trial->batch_size, n_training);
    if (!trial->threads) return fl_error_user(error, "threads must be at least 1");
    if (trial->seed > FL_TRIAL_SEED_MAX) return fl_error_user(error, "a seed must be below 2^53");
    if (!isfinite(trial->init.argument) || !isfinite(trial->init.bias))
        return fl_error_user(error, "initial weights and biases must be finite numbers");
    if (trial->eval_ratio && !(trial->eval_ratio > 1 && isfinite(trial->eval_ratio)))
        return fl_error_user(error, "the ratio between the steps of evaluations must be above 1, not %.10g",
                             trial->eval_ratio);
    if (trial->stop_above && !(trial->stop_above > 1))
        return fl_error_user(error, "stop_above = %.10g must be above 1, a multiple of the first loss",
                             trial->stop_above);
    fl_schedule_context context = fl_trial_schedule_context(trial);
    return rule_is_there(trial, error) && curvature_is_there(trial, error) &&
           fl_trial_values_accept(&trial->owners, &trial->values, error) && fl_trial_model_accepts(trial, error) &&
           growth_is_possible(trial, error) && snapshots_are_possible(trial, error) &&
           fl_schedule_accepts(trial->owners.schedule, &context, error);
}

void fl_trial_names(const fl_trial *trial, const char *names[FL_TRIAL_NAMES])
{
    names[0] = trial->owners.workload->entry.name;
    names[1] = trial->owners.optimizer->entry.name;
    names[2] = trial->owners.schedule->entry.name;
    names[3] = trial->backend->entry.name;
    names[4] = fl_backend_precision_name(trial->precision);
}

bool fl_trial_precision_find(const char *name, fl_backend_precision *precision, fl_error *error)
{
    const char *words[FL_BACKEND_PRECISIONS + 1] = { NULL };
    size_t index;
    for (fl_backend_precision p = 0; p < FL_BACKEND_PRECISIONS; p++) words[p] = fl_backend_precision_name(p);
    bool found = fl_entry_choose(words, "precision", name, &index, error);
    *precision = (fl_backend_precision)index;
    return found;
}

bool fl_trial_split_from_find(const char *name, fl_dataset_split_from *from, fl_error *error)
{
    const char *words[FL_DATASET_SPLITS_FROM + 1] = { NULL };
    size_t index;
    for (fl_dataset_split_from f = 0; f < FL_DATASET_SPLITS_FROM; f++) words[f] = fl_dataset_split_from_name(f);
    bool found = fl_entry_choose(words, "place of the validation split", name, &index, error);
    *from = (fl_dataset_split_from)index;
    return found;
}
