/* The names, and the workload's own values of them. */
#include "trial/model.h"

#include <math.h>

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
