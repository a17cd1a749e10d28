/* What a trial makes of its workload's layers and of their initial parameters. */
#include "trial/model.h"

static const double *values_of(const fl_trial *trial)
{
    return trial->values.of[FL_TRIAL_OF_MODEL];
}

/* Is it another value than the workload's own? */
static bool differs(const fl_trial *trial, size_t index)
{
    return !fl_trial_is_neutral(&trial->owners, FL_TRIAL_OF_MODEL, index, values_of(trial)[index]);
}

size_t fl_trial_layers(const fl_trial *trial, fl_layer *layers)
{
    const double *values = values_of(trial);
    size_t n = fl_workload_layers(trial->owners.workload, trial->values.of[FL_TRIAL_OF_WORKLOAD], layers);
    for (size_t i = 0; i < n; i++)
        if (layers[i].kind == FL_LAYER_DROPOUT && differs(trial, FL_TRIAL_DROPOUT))
            layers[i].rate = values[FL_TRIAL_DROPOUT];
    if (differs(trial, FL_TRIAL_LABEL_SMOOTHING)) layers[n - 1].label_smoothing = values[FL_TRIAL_LABEL_SMOOTHING];
    return n;
}

fl_init fl_trial_init(const fl_trial *trial)
{
    fl_init init = trial->init;
    const double *values = values_of(trial);
    if (differs(trial, FL_TRIAL_INIT)) init.weights = fl_init_rules()[(size_t)values[FL_TRIAL_INIT]];
    if (differs(trial, FL_TRIAL_INIT_ARGUMENT)) init.argument = values[FL_TRIAL_INIT_ARGUMENT];
    if (differs(trial, FL_TRIAL_INIT_BIAS)) init.bias = values[FL_TRIAL_INIT_BIAS];
    if (!init.weights->argument) init.argument = 0;
    return init;
}

static bool has_dropout(const fl_workload *workload)
{
    for (size_t i = 0; i < workload->n_layers; i++)
        if (workload->layers[i].kind == FL_LAYER_DROPOUT) return true;
    return false;
}

/* A rule that takes a number must have been given one. */
static bool init_suits(const fl_trial *trial, fl_error *error)
{
    fl_init init = fl_trial_init(trial);
    bool chosen = differs(trial, FL_TRIAL_INIT) && init.weights->argument;
    if (chosen && !differs(trial, FL_TRIAL_INIT_ARGUMENT))
        return fl_error_user(error, "workload.init = %s needs workload.init_argument, its %s", init.weights->entry.name,
                             init.weights->argument);
    return fl_init_accepts(&init, error);
}

bool fl_trial_model_accepts(const fl_trial *trial, fl_error *error)
{
    const fl_workload *workload = trial->owners.workload;
    const char *name = workload->entry.name;
    if (differs(trial, FL_TRIAL_DROPOUT) && !has_dropout(workload))
        return fl_error_user(error, "dropout: workload '%s' has no dropout layer", name);
    bool softmax = workload->layers[workload->n_layers - 1].kind == FL_LAYER_SOFTMAX_CROSS_ENTROPY;
    if (differs(trial, FL_TRIAL_LABEL_SMOOTHING) && !softmax)
        return fl_error_user(error, "label_smoothing: the loss of workload '%s' has no classes", name);
    return init_suits(trial, error);
}
