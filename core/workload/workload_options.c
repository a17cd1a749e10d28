/* `hyperparameters` of a definition, and the places where "$name" stands for one of them. */
#include "base/entry.h"
#include "workload/reading.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool read_end(fl_json_node node, const char *key, double *end, json_t *normal, fl_error *error)
{
    fl_json_node child;
    if (!fl_json_get(node, key, &child)) return true;
    if (!fl_json_number(child, end, error)) return false;
    json_object_set_new(normal, key, json_real(*end));
    return true;
}

static bool read_scaling(fl_json_node node, fl_hyper *option, json_t *normal, fl_error *error)
{
    fl_json_node child;
    const char *scaling = "linear";
    if (fl_json_get(node, "scaling", &child) && !fl_json_string(child, &scaling, error)) return false;
    option->scale = strcmp(scaling, "log") ? FL_HYPER_LINEAR : FL_HYPER_LOG;
    json_object_set_new(normal, "scaling", json_string(scaling));
    return option->scale == FL_HYPER_LOG || !strcmp(scaling, "linear") ||
           fl_json_fail(child, error, "'scaling' is linear or log, not '%.40s'", scaling);
}

static bool read_help(fl_json_node node, fl_workload_reading *r, fl_hyper *option, fl_error *error)
{
    fl_json_node child;
    option->help = "a number of the workload's definition";
    if (!fl_json_get(node, "help", &child)) return true;
    if (!fl_json_string(child, &option->help, error)) return false;
    option->help = fl_workload_keep_text(r, option->help);
    return true;
}

static bool read_option(fl_json_node node, fl_workload_reading *r, fl_hyper *option, fl_error *error)
{
    static const char *const keys[] = { "default", "min", "max", "scaling", "help", NULL };
    fl_json_node child;
    json_t *normal = json_object();
    *option = (fl_hyper){ .min = -HUGE_VAL, .max = HUGE_VAL };
    option->name = fl_workload_keep_text(r, fl_json_key(node));
    json_object_set_new(r->hypers, option->name, normal);
    if (!fl_json_is_object(node, error) || !fl_json_only(node, keys, error) ||
        !fl_json_need(node, "default", &child, error) || !fl_json_number(child, &option->default_value, error))
        return false;
    json_object_set_new(normal, "default", json_real(option->default_value));
    return read_end(node, "min", &option->min, normal, error) && read_end(node, "max", &option->max, normal, error) &&
           read_scaling(node, option, normal, error) && read_help(node, r, option, error) &&
           (option->min <= option->max || fl_json_fail(node, error, "'min' is above 'max'"));
}

bool fl_workload_read_options(fl_json_node root, fl_workload_reading *r, fl_error *error)
{
    fl_json_node node, child;
    if (!fl_json_get(root, "hyperparameters", &node)) return true;
    if (!fl_json_is_object(node, error)) return false;
    size_t n = json_object_size(fl_json_value(node));
    if (n > FL_HYPER_MAX) return fl_json_fail(node, error, "a workload has at most %d hyperparameters", FL_HYPER_MAX);
    for (bool more = fl_json_first(node, &child); more; more = fl_json_next(&child)) {
        const char *key = fl_json_key(child);
        if (!fl_entry_is_name(key))
            return fl_json_fail_key(child, error, "a hyperparameter's name has from 1 to %d of a-z, 0-9 and _",
                                    FL_ENTRY_NAME);
        if (!strncmp(key, "init", 4) && (!key[4] || key[4] == '_'))
            return fl_json_fail_key(child, error, "workload.%s is how parameters start; call yours otherwise", key);
        if (!read_option(child, r, &r->options[r->workload->n_options++], error)) return false;
    }
    return true;
}

/* --- their uses --- */

static bool narrow(fl_json_node node, const fl_workload_slot *slot, fl_hyper *option, fl_error *error)
{
    if (isinf(option->min)) option->min = slot->min;
    if (isinf(option->max)) option->max = slot->max;
    if (option->scale == FL_HYPER_LOG && option->min <= 0)
        return fl_json_fail(node, error, "$%s is scaled log, so its 'min' must be above 0, not %.10g", option->name,
                            option->min);
    if (slot->whole) option->scale = FL_HYPER_INTEGER;
    if (option->min < slot->min || option->max > slot->max)
        return fl_json_fail(node, error, "$%s lies in [%.10g, %.10g], but here only [%.10g, %.10g] is possible",
                            option->name, option->min, option->max, slot->min, slot->max);
    fl_error why;
    return fl_hyper_accepts(option, option->default_value, &why) ||
           fl_json_fail(node, error, "the default of $%.300s", why.text);
}

static const char *meant_option(const fl_workload_reading *r, const char *name, char text[FL_ENTRY_MEANT])
{
    const char *names[FL_HYPER_MAX + 1] = { NULL };
    for (size_t i = 0; i < r->workload->n_options; i++) names[i] = r->options[i].name;
    return fl_entry_meant(names, name, text);
}

static bool use_option(fl_json_node node, const char *name, fl_workload_reading *r, const fl_workload_slot *slot,
                       double *value, fl_error *error)
{
    fl_workload *workload = r->workload;
    char meant[FL_ENTRY_MEANT];
    size_t i = fl_hyper_index(r->options, workload->n_options, name);
    if (i == workload->n_options)
        return fl_json_fail(node, error, "'hyperparameters' has no '%.60s'%s", name, meant_option(r, name, meant));
    if (!narrow(node, slot, &r->options[i], error)) return false;
    fl_workload_use *use = &r->uses[workload->n_uses++];
    *use = slot->use;
    use->option = i;
    *value = r->options[i].default_value;
    return true;
}

bool fl_workload_read_number(fl_json_node node, fl_workload_reading *r, const fl_workload_slot *slot, double *value,
                             fl_error *error)
{
    const char *text = json_string_value(fl_json_value(node));
    if (text && *text == '$') return use_option(node, text + 1, r, slot, value, error);
    if (!fl_json_number(node, value, error)) return false;
    if (*value >= slot->min && *value <= slot->max && (!slot->whole || *value == floor(*value))) return true;
    return fl_json_fail(node, error, "%s must be a %snumber in [%.10g, %.10g], not %.10g",
                        fl_json_key(node) ? fl_json_key(node) : "this", slot->whole ? "whole " : "", slot->min,
                        slot->max, *value);
}

const fl_hyper *fl_workload_option_of(const fl_workload *workload, const fl_layer_attribute *attribute, size_t at)
{
    for (const fl_workload_use *use = workload->uses; use < workload->uses + workload->n_uses; use++)
        if (use->attribute == attribute && use->at == at) return &workload->options[use->option];
    return NULL;
}
