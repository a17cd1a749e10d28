/* The names, the workload's own values of them, and what they make of its layers and of its initial parameters. */
#include "trial/model.h"

#include <math.h>
#include <string.h>

static const double MOST_RATE = 0.99; /* as the layers' own tables have it */

const fl_hyper fl_trial_model[FL_TRIAL_MODEL_HYPERS] = {
    [FL_TRIAL_LABEL_SMOOTHING] = { "label_smoothing", "the share of the target that all classes have", FL_HYPER_LINEAR,
                                   NAN, .min = 0, .max = MOST_RATE },
    [FL_TRIAL_DROPOUT] = { "dropout", "the probability of a zero, of every dropout layer", FL_HYPER_LINEAR, NAN,
                           .min = 0, .max = MOST_RATE },
    [FL_TRIAL_INIT] = { "workload.init", "the rule for initial weights", FL_HYPER_CHOICE, NAN,
                        .choices = fl_init_names },
    [FL_TRIAL_INIT_ARGUMENT] = { "workload.init_argument", "the number of a rule that takes one", FL_HYPER_LINEAR, NAN,
                                 .min = -HUGE_VAL, .max = HUGE_VAL },
    [FL_TRIAL_INIT_BIAS] = { "workload.init_bias", "where biases start", FL_HYPER_LINEAR, NAN, .min = -HUGE_VAL,
                             .max = HUGE_VAL },
};

static double rule_place(const fl_init_rule *rule)
{
    const fl_init_rule *const *rules = fl_init_rules();
    size_t i = 0;
    while (rules[i] != rule) i++;
    return (double)i;
}

static bool is_optional(const fl_workload *workload, size_t layer)
{
    for (const fl_workload_use *use = workload->uses; use < workload->uses + workload->n_uses; use++)
        if (use->attribute && use->at == layer) return true;
    return false;
}

/* The rate that all of its dropout layers have. */
static double common_rate(const fl_workload *workload)
{
    double rate = NAN;
    for (size_t i = 0; i < workload->n_layers; i++) {
        const fl_layer *layer = &workload->layers[i];
        if (layer->kind != FL_LAYER_DROPOUT) continue;
        if (is_optional(workload, i) || (!isnan(rate) && rate != layer->rate)) return NAN;
        rate = layer->rate;
    }
    return rate;
}

static double smoothing(const fl_workload *workload)
{
    size_t last = workload->n_layers - 1;
    bool says = workload->layers[last].kind == FL_LAYER_SOFTMAX_CROSS_ENTROPY && !is_optional(workload, last);
    return says ? workload->layers[last].label_smoothing : NAN;
}

double fl_trial_model_default(const fl_workload *workload, size_t index)
{
    const fl_init *init = &workload->init;
    switch (index) {
    case FL_TRIAL_LABEL_SMOOTHING:
        return smoothing(workload);
    case FL_TRIAL_DROPOUT:
        return common_rate(workload);
    case FL_TRIAL_INIT:
        return rule_place(init->weights);
    case FL_TRIAL_INIT_ARGUMENT:
        return init->argument;
    default:
        return init->bias;
    }
}

static const double *values_of(const fl_trial *trial)
{
    return trial->values.of[FL_TRIAL_OF_MODEL];
}

/* Is it another value than the workload's own? */
static bool differs(const fl_trial *trial, size_t index)
{
    double value = values_of(trial)[index];
    return !isnan(value) && value != fl_trial_model_default(trial->owners.workload, index);
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

/* A rule that takes a number must have been given one. What the study itself says of the start has been judged at its
 * place. */
static bool init_suits(const fl_trial *trial, fl_error *error)
{
    fl_init init = fl_trial_init(trial);
    bool searched =
        differs(trial, FL_TRIAL_INIT) || differs(trial, FL_TRIAL_INIT_ARGUMENT) || differs(trial, FL_TRIAL_INIT_BIAS);
    bool chosen = differs(trial, FL_TRIAL_INIT) && init.weights->argument;
    if (chosen && !differs(trial, FL_TRIAL_INIT_ARGUMENT))
        return fl_error_user(error, "workload.init = %s needs workload.init_argument, its %s", init.weights->entry.name,
                             init.weights->argument);
    return !searched || fl_init_accepts(&init, error);
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
