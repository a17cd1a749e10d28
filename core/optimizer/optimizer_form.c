/* What a rule must say of itself before anybody may use it. */
#include "optimizer/optimizer.h"

#include <math.h>
#include <string.h>

static bool accepts_rate(const fl_hyper *rate, fl_error *error)
{
    bool good = !strcmp(rate->name, "learning_rate") && isnan(rate->default_value) && fl_hyper_accepts(rate, 0, NULL) &&
                !fl_hyper_accepts(rate, -1e-9, NULL);
    return good || fl_error_user(error, "its first hyperparameter must be learning_rate, from 0 on and with the "
                                        "default NAN: every space settles it");
}

static bool accepts_row(const fl_optimizer *rule, size_t i, fl_error *error)
{
    const fl_hyper *row = &rule->hypers[i];
    fl_error why;
    if (!fl_entry_is_name(row->name))
        return fl_error_user(error, "the name of its hyperparameter %zu must have from 1 to %d of a-z, 0-9 and _", i,
                             FL_ENTRY_NAME);
    if (fl_hyper_index(rule->hypers, rule->n_hypers, row->name) < i)
        return fl_error_user(error, "it has two hyperparameters called %s", row->name);
    if (!row->help || !*row->help) return fl_error_user(error, "its hyperparameter %s lacks a line of help", row->name);
    if ((row->scale == FL_HYPER_CHOICE) != (row->choices != NULL))
        return fl_error_user(error, "its hyperparameter %s is a choice without choices, or the reverse", row->name);
    if (!i) return accepts_rate(row, error);
    return fl_hyper_accepts(row, row->default_value, &why) ||
           fl_error_user(error, "the default of its hyperparameter %s", why.text);
}

static bool accepts_inclusions(const fl_optimizer *rule, fl_error *error)
{
    size_t n = 0;
    for (; n <= FL_OPTIMIZER_INCLUSIONS && rule->includes[n].special; n++)
        if (!rule->includes[n].map || !rule->includes[n].how)
            return fl_error_user(error, "it includes %s, but not by a map and in words",
                                 rule->includes[n].special->entry.name);
    return n <= FL_OPTIMIZER_INCLUSIONS || fl_error_user(error, "its `includes` does not end");
}

bool fl_optimizer_well_formed(const fl_optimizer *rule, fl_error *error)
{
    if (!fl_entry_is_name(rule->entry.name))
        return fl_error_user(error, "an optimizer's name must have from 1 to %d of a-z, 0-9 and _", FL_ENTRY_NAME);
    if (!rule->entry.about || !*rule->entry.about || !rule->entry.source)
        return fl_error_user(error, "it lacks a line on what it does, or its source (\"\" where there is none)");
    if (!rule->step) return fl_error_user(error, "it has no step");
    if (!rule->hypers || rule->n_hypers < 1 || rule->n_hypers > FL_HYPER_MAX)
        return fl_error_user(error, "it must have from 1 to %d hyperparameters", FL_HYPER_MAX);
    if (rule->n_states > FL_OPTIMIZER_STATES)
        return fl_error_user(error, "it asks for %zu states; at most %d are lent", rule->n_states, FL_OPTIMIZER_STATES);
    for (size_t i = 0; i < rule->n_hypers; i++)
        if (!accepts_row(rule, i, error)) return false;
    return accepts_inclusions(rule, error);
}
