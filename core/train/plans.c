/* Keep what fits: data as long as the workload and its options stay, splits as long as the split stays, networks as
 * long as the model, backend, precision, threads and batch stay. */
#include "train/plans.h"
#include "train/divide.h"
#include "train/memory.h"
#include "train/suits.h"
#include "base/memory.h"
#include "trial/model.h"

#include <stdlib.h>
#include <string.h>

static bool same_data(const fl_trial *a, const fl_trial *b)
{
    double left[FL_HYPER_MAX], right[FL_HYPER_MAX];
    fl_workload_data(a->owners.workload, a->values.of[FL_TRIAL_OF_WORKLOAD], left);
    fl_workload_data(b->owners.workload, b->values.of[FL_TRIAL_OF_WORKLOAD], right);
    return a->owners.workload->dataset == b->owners.workload->dataset && !memcmp(left, right, sizeof left);
}

static bool same_split(const fl_trial *a, const fl_trial *b)
{
    return a->split.validation == b->split.validation && a->split.from == b->split.from &&
           a->split.seed == b->split.seed;
}

static bool same_inputs(const fl_trial *a, const fl_trial *b)
{
    return !memcmp(&a->owners.workload->inputs, &b->owners.workload->inputs, sizeof a->owners.workload->inputs);
}

static bool same_process(const fl_trial *a, const fl_trial *b)
{
    return a->backend == b->backend && a->threads == b->threads;
}

static bool same_layers(const fl_trial *a, const fl_trial *b)
{
    const double *left = a->values.of[FL_TRIAL_OF_MODEL], *right = b->values.of[FL_TRIAL_OF_MODEL];
    return a->owners.workload == b->owners.workload &&
           !memcmp(a->values.of[FL_TRIAL_OF_WORKLOAD], b->values.of[FL_TRIAL_OF_WORKLOAD],
                   sizeof a->values.of[FL_TRIAL_OF_WORKLOAD]) &&
           !memcmp(&left[FL_TRIAL_DROPOUT], &right[FL_TRIAL_DROPOUT], sizeof *left) &&
           !memcmp(&left[FL_TRIAL_LABEL_SMOOTHING], &right[FL_TRIAL_LABEL_SMOOTHING], sizeof *left);
}

static bool assembles(const fl_trial *trial)
{
    const fl_method *method = trial->owners.method;
    bool divides = method && method->dense && trial->workers > 1;
    return divides && method->assembles && method->assembles(trial->values.of[FL_TRIAL_OF_METHOD]);
}

/* Of dense layers, among workers. */
static bool same_division(const fl_trial *a, const fl_trial *b)
{
    fl_method_dense left = a->owners.method ? a->owners.method->dense : FL_METHOD_DENSE_WHOLE;
    fl_method_dense right = b->owners.method ? b->owners.method->dense : FL_METHOD_DENSE_WHOLE;
    return left == right && (!left || a->workers == b->workers) && assembles(a) == assembles(b);
}

static bool same_network(const fl_trial *a, const fl_trial *b)
{
    return same_process(a, b) && same_layers(a, b) && same_division(a, b) && a->precision == b->precision &&
           fl_trial_micro_batch(a) == fl_trial_micro_batch(b) &&
           fl_trial_shared_statistics(a) == fl_trial_shared_statistics(b);
}

static void drop_networks(fl_train_plans *plans)
{
    fl_network_curvature_free(plans->curvature);
    fl_network_curvature_free(plans->curvature_of_all);
    for (size_t i = 1; i < plans->n_together; i++) fl_network_free(plans->together[i]);
    free(plans->together);
    plans->together = NULL;
    plans->n_together = 0;
    fl_network_free(plans->training);
    fl_network_free(plans->evaluation);
    fl_arena_free(plans->working);
    plans->working = NULL;
    fl_network_free(plans->assembled);
    plans->training = plans->evaluation = plans->assembled = NULL;
    plans->curvature = plans->curvature_of_all = NULL;
}

static void drop_splits(fl_train_plans *plans)
{
    fl_dataset_splits_free(&plans->splits);
    fl_dataset_pipeline_free(plans->pipeline);
    plans->pipeline = NULL;
    memset(&plans->splits, 0, sizeof plans->splits);
}

void fl_train_plans_free(fl_train_plans *plans)
{
    drop_networks(plans);
    drop_splits(plans);
    fl_dataset_free(plans->dataset);
    memset(plans, 0, sizeof *plans);
}

/* Of a rule that asks about curvature the training network keeps its values; that serves other rules too. */
static bool lacks_values(const fl_train_plans *plans, const fl_trial *trial)
{
    return trial->owners.optimizer->wants && plans->training && !fl_network_keeps_values(plans->training);
}

static void drop_misfits(fl_train_plans *plans, const fl_trial *trial)
{
    if (!plans->made) return;
    if (!same_data(&plans->trial, trial)) {
        fl_train_plans_free(plans);
        return;
    }
    if (!same_split(&plans->trial, trial) || !same_inputs(&plans->trial, trial)) drop_splits(plans);
    if (!same_network(&plans->trial, trial) || lacks_values(plans, trial)) drop_networks(plans);
}

static void share_statistics(const fl_trial *trial, fl_layer *layers, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (layers[i].kind == FL_LAYER_BATCH_NORM) layers[i].workers = fl_trial_shared_statistics(trial);
}

/* An evaluation measures the plain loss. */
static fl_network *plan(const fl_train_plans *plans, const fl_trial *trial, size_t batch, bool training,
                        fl_error *error)
{
    fl_layer layers[FL_WORKLOAD_LAYERS];
    size_t n = fl_trial_layers(trial, layers);
    fl_tensor_shape in = plans->dataset->shape;
    in.n = batch;
    if (!training) layers[n - 1].label_smoothing = 0;
    if (training) fl_train_divide(trial, &plans->exchange, layers, n);
    if (training) share_statistics(trial, layers, n);
    return fl_network_plan(trial->backend, layers, n, in, trial->precision, training, error);
}

/* A network for every worker whose passes meet inside. */
static bool plan_together(fl_train_plans *plans, const fl_trial *trial, fl_error *error)
{
    size_t n = fl_trial_shared_statistics(trial);
    if (n) plans->together = fl_memory_new(n, sizeof *plans->together);
    for (; plans->n_together < n; plans->n_together++) {
        fl_network *network =
            plans->n_together ? plan(plans, trial, fl_trial_micro_batch(trial), true, error) : plans->training;
        if (!network) return false;
        plans->together[plans->n_together] = network;
    }
    return true;
}

/* Do the layers fit the examples, a batch of which must fit memory? */
static bool model_fits(const fl_train_plans *plans, const fl_trial *trial, fl_error *error)
{
    return fl_workload_takes(trial->owners.workload, trial->values.of[FL_TRIAL_OF_WORKLOAD], plans->dataset,
                             fl_trial_micro_batch(trial), error);
}

static bool make_splits(fl_train_plans *plans, const fl_trial *trial, fl_error *error)
{
    const fl_workload *workload = trial->owners.workload;
    return fl_workload_inputs_fit(workload, plans->dataset->shape, error) &&
           fl_dataset_splits_make(&plans->splits, plans->dataset, &trial->split, error) &&
           fl_dataset_pipeline_new(&plans->pipeline, &workload->inputs, &plans->splits.training, error);
}

static bool make_data(fl_train_plans *plans, const fl_trial *trial, fl_error *error)
{
    if (!plans->dataset)
        plans->dataset = fl_workload_load(trial->owners.workload, trial->values.of[FL_TRIAL_OF_WORKLOAD], error);
    if (!plans->dataset) return false;
    if (!plans->splits.training.index && !make_splits(plans, trial, error)) return false;
    return fl_trial_accepts(trial, plans->splits.training.count, error);
}

static bool plan_networks(fl_train_plans *plans, const fl_trial *trial, fl_error *error)
{
    if (!model_fits(plans, trial, error)) return false;
    plans->carries = fl_workload_carries(trial->owners.workload);
    plans->evaluation_batch = plans->carries ? FL_WORKLOAD_STREAMS : FL_TRAIN_EVALUATION_BATCH;
    plans->training = plan(plans, trial, fl_trial_micro_batch(trial), true, error);
    if (plans->training && trial->owners.optimizer->wants) fl_network_keep_values(plans->training);
    plans->evaluation = plans->training ? plan(plans, trial, plans->evaluation_batch, false, error) : NULL;
    if (!plans->evaluation || !plan_together(plans, trial, error)) return false;
    if (!assembles(trial)) return true;
    plans->assembled = plan(plans, trial, trial->batch_size, true, error);
    return plans->assembled;
}

static void allocate(fl_train_plans *plans)
{
    if (plans->working) return;
    size_t training = fl_network_working_bytes(plans->training),
           evaluation = fl_network_working_bytes(plans->evaluation);
    plans->working = fl_arena_new();
    void *working = fl_arena_bytes(plans->working, training > evaluation ? training : evaluation);
    fl_network_allocate(plans->training, working);
    fl_network_allocate(plans->evaluation, working);
    if (plans->assembled) fl_network_allocate(plans->assembled, NULL);
    for (size_t i = 1; i < plans->n_together; i++) fl_network_allocate(plans->together[i], NULL);
}

/* Nothing large is allocated before all of it is known to fit. */
static bool make_networks(fl_train_plans *plans, const fl_trial *trial, fl_error *error)
{
    bool there = plans->training && plans->evaluation;
    if (!there && !plan_networks(plans, trial, error)) return false;
    if (!fl_train_suits(plans, trial, error) || !fl_train_memory_fits(plans, trial, error)) return false;
    allocate(plans);
    return true;
}

static fl_network_curvature *plan_curvature(const fl_train_plans *plans, const fl_trial *trial, bool training,
                                            fl_error *error)
{
    fl_layer layers[FL_WORKLOAD_LAYERS];
    size_t n = fl_trial_layers(trial, layers);
    return fl_network_curvature_new(plans->training, trial->backend, layers, n, training, error);
}

static bool offers(const fl_train_plans *plans, const fl_trial *trial, fl_optimizer_wants wants, fl_error *error)
{
    const char *rule = trial->owners.optimizer->entry.name;
    fl_error why;
    if (wants.curvature && !fl_network_curvature_offers(plans->curvature, (fl_network_matrix)wants.matrix, &why))
        return fl_error_user(error, "optimizer '%s': %s", rule, why.text);
    if (wants.factors && !fl_network_curvature_offers(plans->curvature, FL_NETWORK_FISHER_EMPIRICAL, &why))
        return fl_error_user(error, "optimizer '%s': %s", rule, why.text);
    if (wants.factors && fl_trial_micro_batch(trial) < fl_trial_share(trial))
        return fl_error_user(error, "optimizer '%s' takes factors of whole batches; leave micro_batch away", rule);
    if (wants.factors && fl_trial_grows(trial))
        return fl_error_user(error, "optimizer '%s' takes factors of whole batches; leave batch.factor away", rule);
    if (wants.factors && trial->owners.method && plans->carries)
        return fl_error_user(error,
                             "workload '%s' carries state from batch to batch, which the batches of statistics "
                             "workers have none of; leave parallel away",
                             trial->owners.workload->entry.name);
    if (wants.all && plans->carries)
        return fl_error_user(error,
                             "optimizer '%s': workload '%s' carries state from batch to batch, so it has no curvature "
                             "of all examples; use curvature_batch = step",
                             rule, trial->owners.workload->entry.name);
    return true;
}

/* What the rule wants beside gradients; what an earlier trial's wanted stays until the networks go. */
static bool fit_rule(fl_train_plans *plans, const fl_trial *trial, fl_error *error)
{
    const fl_optimizer *rule = trial->owners.optimizer;
    const double *hyper = trial->values.of[FL_TRIAL_OF_OPTIMIZER];
    fl_error why;
    if (rule->accepts && !rule->accepts(fl_network_layout(plans->training)->n_parameters, hyper, &why))
        return fl_error_user(error, "optimizer '%s': %s", rule->entry.name, why.text);
    if (!rule->wants) return true;
    fl_optimizer_wants wants = rule->wants(hyper);
    if (!plans->curvature && !(plans->curvature = plan_curvature(plans, trial, true, error))) return false;
    if (!offers(plans, trial, wants, error)) return false;
    if (wants.all && !plans->curvature_of_all) plans->curvature_of_all = plan_curvature(plans, trial, false, error);
    return !wants.all || plans->curvature_of_all;
}

fl_dataset_input fl_train_plans_input(fl_network *network)
{
    return (fl_dataset_input){ .precision = fl_network_input_precision(network),
                               .values = fl_network_input(network),
                               .targets = fl_network_targets(network),
                               .targets_are_inputs =
                                   fl_network_loss_layer(network)->targets == FL_LAYER_TARGETS_INPUT };
}

bool fl_train_plans_fit(fl_train_plans *plans, const fl_trial *trial, fl_error *error)
{
    drop_misfits(plans, trial);
    bool started = plans->made && same_process(&plans->trial, trial);
    if (!trial->backend->usable(trial->precision, error)) return false;
    if (!started && !trial->backend->start(trial->threads, error)) return false;
    if (!make_data(plans, trial, error) || !make_networks(plans, trial, error) || !fit_rule(plans, trial, error)) {
        fl_train_plans_free(plans);
        return false;
    }
    plans->trial = *trial;
    plans->trial.rates = NULL; /* borrowed pointers do not outlive the trial */
    plans->made = true;
    return true;
}
