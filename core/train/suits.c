/* What would be read beyond the end of an array, or mean nothing, is refused before the first step. */
#include "train/suits.h"

static const char *data_of(const fl_trial *trial)
{
    return trial->owners.workload->dataset->entry.name;
}

static bool classes_suit(const fl_train_plans *plans, const fl_trial *trial, fl_error *error)
{
    const fl_dataset *dataset = plans->dataset;
    const fl_network *network = plans->evaluation;
    size_t rows = fl_network_n_losses(network) / plans->evaluation_batch;
    if (!dataset->n_classes)
        return fl_error_user(error, "data '%s': has no classes, which the loss of workload '%s' asks for",
                             data_of(trial), trial->owners.workload->entry.name);
    if (rows == dataset->n_labels) return true;
    return fl_error_user(error, "data '%s': has %zu classes to predict per example, the model of workload '%s' %zu",
                         data_of(trial), dataset->n_labels, trial->owners.workload->entry.name, rows);
}

static bool targets_suit(const fl_train_plans *plans, const fl_trial *trial, fl_error *error)
{
    const fl_dataset *dataset = plans->dataset;
    bool inputs = fl_network_loss_layer(plans->evaluation)->targets == FL_LAYER_TARGETS_INPUT;
    size_t there = inputs ? fl_tensor_shape_size(dataset->shape) : dataset->n_targets;
    size_t wanted = fl_network_n_targets(plans->evaluation) / plans->evaluation_batch;
    if (inputs && dataset->tokens)
        return fl_error_user(error, "data '%s': tokens cannot be predicted as numbers", data_of(trial));
    if (there == wanted) return true;
    return fl_error_user(error, "data '%s': has %zu numbers to predict per example, the model of workload '%s' %zu",
                         data_of(trial), there, trial->owners.workload->entry.name, wanted);
}

static bool tokens_suit(const fl_train_plans *plans, const fl_trial *trial, fl_error *error)
{
    fl_layer layers[FL_WORKLOAD_LAYERS];
    size_t n = fl_workload_layers(trial->owners.workload, trial->values.of[FL_TRIAL_OF_WORKLOAD], layers);
    for (size_t i = 0; i < n; i++)
        if (layers[i].kind == FL_LAYER_EMBEDDING && layers[i].vocabulary < plans->dataset->vocabulary)
            return fl_error_user(error,
                                 "data '%s': has tokens up to %zu, but the embedding of workload '%s' has %zu rows",
                                 data_of(trial), plans->dataset->vocabulary - 1, trial->owners.workload->entry.name,
                                 layers[i].vocabulary);
    return true;
}

/* Windows of a stream follow each other only where the examples do. */
static bool streams_suit(const fl_train_plans *plans, const fl_trial *trial, fl_error *error)
{
    const fl_dataset_splits *splits = &plans->splits;
    if (!plans->carries) return true;
    if (trial->split.from == FL_DATASET_FROM_SEEDED)
        return fl_error_user(error,
                             "workload '%s' carries state from batch to batch, so its split cannot be 'seeded'; "
                             "use 'end' or 'start'",
                             trial->owners.workload->entry.name);
    if (fl_trial_micro_batch(trial) < fl_trial_share(trial))
        return fl_error_user(error,
                             "workload '%s' carries state from batch to batch, so its batch cannot be computed in "
                             "parts; leave micro_batch away",
                             trial->owners.workload->entry.name);
    if (fl_trial_grows(trial))
        return fl_error_user(error,
                             "workload '%s' carries state from batch to batch, so its batch cannot grow; leave "
                             "batch.factor away",
                             trial->owners.workload->entry.name);
    if (splits->validation.count >= plans->evaluation_batch && splits->test.count >= plans->evaluation_batch)
        return true;
    return fl_error_user(error, "data '%s': %zu validation and %zu test examples are too few for %zu streams",
                         data_of(trial), splits->validation.count, splits->test.count, plans->evaluation_batch);
}

bool fl_train_suits(const fl_train_plans *plans, const fl_trial *trial, fl_error *error)
{
    if (!tokens_suit(plans, trial, error) || !streams_suit(plans, trial, error)) return false;
    if (fl_network_targets(plans->evaluation)) return targets_suit(plans, trial, error);
    bool classes = fl_network_loss_layer(plans->evaluation)->kind == FL_LAYER_SOFTMAX_CROSS_ENTROPY;
    return !classes || classes_suit(plans, trial, error);
}
