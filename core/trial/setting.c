/* Names to hyperparameters; couplings are a table. */
#include "trial/setting.h"
#include "base/entry.h"
#include "base/memory.h"
#include "base/text.h"
#include "trial/around.h"
#include "trial/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fl_trial_coupling {
    const char *name, *partner;
    double (*scale)(double partner); /* learning_rate = value * scale(partner) */
};

static double itself(double x)
{
    return x;
}

static double root(double x)
{
    return sqrt(x);
}

static double one_minus(double x)
{
    return 1.0 - x;
}

static double inverse(double x)
{
    return 1.0 / x;
}

static const fl_trial_coupling couplings[] = {
    { "learning_rate/epsilon", "epsilon", itself },
    { "learning_rate/sqrt(epsilon)", "epsilon", root },
    { "learning_rate/(1-momentum)", "momentum", one_minus },
    { "learning_rate*weight_decay", "weight_decay", inverse },
};

const fl_hyper *fl_trial_owner_table(const fl_trial_owners *owners, fl_trial_owner owner, size_t *n)
{
    const struct {
        const fl_hyper *table;
        size_t n;
    } tables[FL_TRIAL_OWNERS] = {
        [FL_TRIAL_OF_OPTIMIZER] = { owners->optimizer->hypers, owners->optimizer->n_hypers },
        [FL_TRIAL_OF_SCHEDULE] = { owners->schedule->hypers, owners->schedule->n_hypers },
        [FL_TRIAL_OF_WORKLOAD] = { owners->workload->options, owners->workload->n_options },
        [FL_TRIAL_AROUND] = { fl_trial_around, FL_TRIAL_AROUND_HYPERS },
        [FL_TRIAL_OF_MODEL] = { fl_trial_model, FL_TRIAL_MODEL_HYPERS },
        [FL_TRIAL_OF_METHOD] = { owners->method ? owners->method->hypers : NULL,
                                 owners->method ? owners->method->n_hypers : 0 },
    };
    *n = tables[owner].n;
    return tables[owner].table;
}

const char *fl_trial_owner_prefix(fl_trial_owner owner)
{
    static const char *const prefixes[FL_TRIAL_OWNERS] = { "", "schedule.", "workload.", "", "", "parallel." };
    return prefixes[owner];
}

static double default_of(const fl_trial_owners *owners, fl_trial_owner owner, size_t index)
{
    size_t n;
    if (owner == FL_TRIAL_OF_MODEL) return fl_trial_model_default(owners->workload, index);
    return fl_trial_owner_table(owners, owner, &n)[index].default_value;
}

bool fl_trial_is_neutral(const fl_trial_owners *owners, fl_trial_owner owner, size_t index, double value)
{
    if (owner < FL_TRIAL_AROUND) return false;
    return isnan(value) || value == default_of(owners, owner, index);
}

static bool find_coupled(const fl_trial_owners *owners, const char *name, fl_trial_setting *setting)
{
    const fl_optimizer *optimizer = owners->optimizer;
    for (size_t i = 0; i < sizeof couplings / sizeof *couplings; i++) {
        if (strcmp(name, couplings[i].name)) continue;
        setting->coupling = &couplings[i];
        setting->index = fl_hyper_index(optimizer->hypers, optimizer->n_hypers, "learning_rate");
        setting->partner = fl_hyper_index(optimizer->hypers, optimizer->n_hypers, couplings[i].partner);
        setting->hyper = optimizer->hypers + setting->index;
        return setting->index < optimizer->n_hypers && setting->partner < optimizer->n_hypers;
    }
    return false;
}

/* The names that one owner's hyperparameters may be called by, into `names`; returns how many. */
static size_t names_of(const fl_trial_owners *owners, fl_trial_owner owner, char (*names)[80])
{
    size_t n, n_names = 0;
    const fl_hyper *table = fl_trial_owner_table(owners, owner, &n);
    for (size_t i = 0; i < n; i++) {
        const char *prefix = fl_trial_owner_prefix(owner);
        snprintf(names[n_names++], sizeof *names, "%s%s", prefix, table[i].name);
        if (table[i].scale < FL_HYPER_INTEGER)
            snprintf(names[n_names++], sizeof *names, "%sone_minus_%s", prefix, table[i].name);
    }
    return n_names;
}

/* What was probably meant by `name`, of any owner. */
static const char *meant(const fl_trial_owners *owners, const char *name, char text[FL_ENTRY_MEANT])
{
    enum { MOST = 2 * FL_TRIAL_OWNERS * FL_HYPER_MAX };
    char(*names)[80] = fl_memory_new(MOST, sizeof *names);
    const char *words[MOST + 1] = { NULL };
    size_t n = 0;
    for (fl_trial_owner owner = 0; owner < FL_TRIAL_OWNERS; owner++) n += names_of(owners, owner, names + n);
    for (size_t i = 0; i < n; i++) words[i] = names[i];
    fl_entry_meant(words, name, text);
    free(names);
    return text;
}

static bool unknown(const fl_trial_owners *owners, const char *name, fl_trial_owner owner, fl_error *error)
{
    char near[FL_ENTRY_MEANT];
    static const char *const words[FL_TRIAL_OWNERS] = {
        "optimizer", "schedule", "workload", "", "", "parallel method"
    };
    const char *const names[FL_TRIAL_OWNERS] = { owners->optimizer->entry.name,
                                                 owners->schedule->entry.name,
                                                 owners->workload->entry.name,
                                                 "",
                                                 "",
                                                 owners->method ? owners->method->entry.name : "none" };
    char known[400] = "nothing to set";
    size_t used = 0, n;
    const fl_hyper *table = fl_trial_owner_table(owners, owner, &n);
    for (size_t i = 0; i < n && used < sizeof known; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s%s", i ? ", " : "",
                                 fl_trial_owner_prefix(owner), table[i].name);
    return fl_error_user(error, "%s '%s' has no hyperparameter '%.80s'%s; it has %s", words[owner], names[owner], name,
                         meant(owners, name, near), known);
}

static fl_trial_owner owner_of(const char *name)
{
    if (fl_hyper_index(fl_trial_around, FL_TRIAL_AROUND_HYPERS, name) < FL_TRIAL_AROUND_HYPERS) return FL_TRIAL_AROUND;
    if (fl_hyper_index(fl_trial_model, FL_TRIAL_MODEL_HYPERS, name) < FL_TRIAL_MODEL_HYPERS) return FL_TRIAL_OF_MODEL;
    for (fl_trial_owner owner = FL_TRIAL_OF_SCHEDULE; owner < FL_TRIAL_OWNERS; owner++) {
        const char *prefix = fl_trial_owner_prefix(owner);
        if (*prefix && !strncmp(name, prefix, strlen(prefix))) return owner;
    }
    return FL_TRIAL_OF_OPTIMIZER;
}

bool fl_trial_setting_find(const fl_trial_owners *owners, const char *name, fl_trial_setting *setting, fl_error *error)
{
    static const char minus[] = "one_minus_";
    *setting = (fl_trial_setting){ .owner = owner_of(name) };
    if (find_coupled(owners, name, setting)) return true;
    const char *plain = name + strlen(fl_trial_owner_prefix(setting->owner));
    setting->one_minus = !strncmp(plain, minus, sizeof minus - 1);
    if (setting->one_minus) plain += sizeof minus - 1;
    size_t n;
    const fl_hyper *table = fl_trial_owner_table(owners, setting->owner, &n);
    setting->coupling = NULL;
    setting->index = fl_hyper_index(table, n, plain);
    setting->hyper = table + setting->index;
    bool found = setting->index < n && !(setting->one_minus && setting->hyper->scale >= FL_HYPER_INTEGER);
    return found || unknown(owners, name, setting->owner, error);
}

bool fl_trial_setting_accepts(const fl_trial_setting *setting, double value, fl_error *error)
{
    if (!setting->coupling) return fl_hyper_accepts(setting->hyper, setting->one_minus ? 1.0 - value : value, error);
    if (value > 0.0 && isfinite(value)) return true;
    return fl_error_user(error, "%s = %.10g must be above 0", setting->coupling->name, value);
}

static bool choose(const fl_trial_setting *setting, const char *name, double *value, fl_error *error)
{
    size_t index;
    bool found = fl_entry_choose(setting->hyper->choices, setting->hyper->name, name, &index, error);
    *value = (double)index;
    return found;
}

bool fl_trial_setting_read(const fl_trial_setting *setting, fl_json_node node, double *value, fl_error *error)
{
    const char *name;
    fl_error why;
    if (setting->hyper->scale != FL_HYPER_CHOICE) return fl_json_number(node, value, error);
    if (!fl_json_string(node, &name, error)) return false;
    return choose(setting, name, value, &why) || fl_json_fail(node, error, "%s", why.text);
}

bool fl_trial_setting_parse(const fl_trial_setting *setting, const char *text, double *value, fl_error *error)
{
    if (setting->hyper->scale == FL_HYPER_CHOICE) return choose(setting, text, value, error);
    return fl_text_number_read(text, value) || fl_error_user(error, "'%.80s' is not a number", text);
}

void fl_trial_setting_apply(const fl_trial_setting *setting, double value, fl_trial_values *values)
{
    double *of = values->of[setting->owner];
    if (setting->coupling) value *= setting->coupling->scale(of[setting->partner]);
    of[setting->index] = setting->one_minus ? 1.0 - value : value;
}

void fl_trial_settings_apply(const fl_trial_setting *settings, const double *given, size_t n, fl_trial_values *values)
{
    for (size_t i = 0; i < n; i++)
        if (!settings[i].coupling) fl_trial_setting_apply(&settings[i], given[i], values);
    for (size_t i = 0; i < n; i++)
        if (settings[i].coupling) fl_trial_setting_apply(&settings[i], given[i], values);
}

void fl_trial_values_default(const fl_trial_owners *owners, fl_trial_values *values)
{
    for (fl_trial_owner owner = 0; owner < FL_TRIAL_OWNERS; owner++) {
        size_t n;
        fl_trial_owner_table(owners, owner, &n);
        for (size_t i = 0; i < n; i++) values->of[owner][i] = default_of(owners, owner, i);
    }
}

bool fl_trial_values_accept(const fl_trial_owners *owners, const fl_trial_values *values, fl_error *error)
{
    for (fl_trial_owner owner = 0; owner < FL_TRIAL_OWNERS; owner++) {
        size_t n;
        const fl_hyper *table = fl_trial_owner_table(owners, owner, &n);
        for (size_t i = 0; i < n; i++) {
            bool given = !isnan(values->of[owner][i]);
            if (!given && owner == FL_TRIAL_OF_MODEL) continue;
            bool rate = owner == FL_TRIAL_OF_OPTIMIZER && isnan(table[i].default_value);
            if (!given && rate && owners->schedule->absolute) continue;
            if (!given)
                return fl_error_user(error, "'%s%s' has no value, and no default", fl_trial_owner_prefix(owner),
                                     table[i].name);
            if (!fl_hyper_accepts(&table[i], values->of[owner][i], error)) return false;
        }
    }
    return true;
}
