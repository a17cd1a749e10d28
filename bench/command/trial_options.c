/* Names to registries, --set to values. */
#include "command/trial_options.h"
#include "base/file.h"
#include "base/memory.h"
#include "trial/default.h"
#include "trial/model.h"
#include "trial/parallel.h"
#include "virtual/trace.h"

#include <stdlib.h>
#include <string.h>

const fl_optimizer *trial_find_optimizer(const char *text, fl_error *error)
{
    size_t n = strlen(text);
    bool is_file = n > 5 && !strcmp(text + n - 5, ".json");
    if (*text != '{' && !is_file) return fl_optimizer_find(text, error);
    fl_json *document = is_file ? fl_json_load(text, error) : fl_json_load_text("--optimizer", text, n, error);
    const fl_optimizer *optimizer = document ? fl_trial_optimizer_read(fl_json_root(document), error) : NULL;
    fl_json_free(document);
    return optimizer;
}

static bool find_owners(const trial_request *asked, fl_trial_owners *owners, fl_error *error)
{
    if (!asked->workload)
        return fl_error_user(error, "--workload is missing; 'fairlead list workloads' shows what there is");
    if (!asked->optimizer)
        return fl_error_user(error, "--optimizer is missing; 'fairlead list optimizers' shows what there is");
    owners->workload = fl_workload_named(asked->workload, error);
    owners->optimizer = owners->workload ? trial_find_optimizer(asked->optimizer, error) : NULL;
    owners->schedule = owners->optimizer
                           ? fl_schedule_find(asked->schedule ? asked->schedule : FL_TRIAL_DEFAULT_SCHEDULE, error)
                           : NULL;
    return owners->schedule;
}

/* --- --set --- */

/* Rates as "[0.1,0.2]", or as "@FILE" holding a JSON array or numbers between white space and commas. */
static bool set_rates(const char *text, fl_trial *trial, fl_error *error)
{
    char *bytes = NULL;
    size_t n;
    if (trial->n_rates) return fl_error_user(error, "--set schedule.rates: schedule.rates is set twice");
    if (*text == '@' && !fl_file_read(text + 1, &bytes, &n, error)) return false;
    const char *at = bytes ? bytes : text, *separators = " \t\r\n,[]";
    bool good = true;
    for (at += strspn(at, separators); *at && good; at += strspn(at, separators)) {
        char *end;
        trial->rates = fl_memory_grow(trial->rates, trial->n_rates + 1, sizeof *trial->rates);
        trial->rates[trial->n_rates++] = strtod(at, &end);
        good = end != at || fl_error_user(error, "--set schedule.rates: '%.20s' is not a number", at);
        at = end;
    }
    free(bytes);
    return good;
}

typedef struct assignments {
    fl_trial_setting settings[FL_TRIAL_OWNERS * FL_HYPER_MAX];
    double values[FL_TRIAL_OWNERS * FL_HYPER_MAX];
    size_t n;
} assignments;

/* Two words must not settle the same hyperparameter. */
static bool is_new(const assignments *all, const fl_trial_setting *setting, const char *word, fl_error *error)
{
    for (size_t i = 0; i < all->n; i++)
        if (all->settings[i].hyper == setting->hyper)
            return fl_error_user(error, "--set %s: %s is set twice", word, setting->hyper->name);
    return true;
}

static bool assign(const char *word, assignments *all, fl_trial *trial, fl_error *error)
{
    const char *equals = strchr(word, '=');
    char name[80];
    fl_error why;
    fl_trial_setting *setting = &all->settings[all->n];
    if (!equals || equals == word || equals - word >= (long)sizeof name)
        return fl_error_user(error, "--set wants NAME=VALUE, not '%.100s'", word);
    snprintf(name, sizeof name, "%.*s", (int)(equals - word), word);
    if (!strcmp(name, "schedule.rates") && trial->owners.schedule->absolute) return set_rates(equals + 1, trial, error);
    if (!fl_trial_setting_find(&trial->owners, name, setting, &why) ||
        !fl_trial_setting_parse(setting, equals + 1, &all->values[all->n], &why) ||
        !fl_trial_setting_accepts(setting, all->values[all->n], &why))
        return fl_error_user(error, "--set %.100s: %s", word, why.text);
    if (!is_new(all, setting, word, error)) return false;
    all->n++; /* no two share a hyperparameter, so they fit */
    return true;
}

/* What follows the workers: the method's numbers, set as by --set parallel.NAME=VALUE. */
static bool set_method(const char *at, assignments *all, fl_trial *trial, fl_error *error)
{
    char word[120];
    while (*at == ',') {
        size_t n = strcspn(++at, ",");
        snprintf(word, sizeof word, "parallel.%.*s", (int)(n < 100 ? n : 100), at);
        if (!assign(word, all, trial, error)) return false;
        at += n;
    }
    return true;
}

static bool set_all(const words *set, const char *method, fl_trial *trial, fl_error *error)
{
    assignments all = { .n = 0 };
    if (!set_method(method, &all, trial, error)) return false;
    for (size_t i = 0; i < set->n; i++)
        if (!assign(set->items[i], &all, trial, error)) return false;
    fl_trial_settings_apply(all.settings, all.values, all.n, &trial->values);
    return true;
}

/* --- initialisation and split --- */

/* "truncated_normal:0.1", "he_normal" */
static bool set_init(const char *text, fl_init *init, fl_error *error)
{
    char name[40];
    size_t n = strcspn(text, ":");
    snprintf(name, sizeof name, "%.*s", (int)n, text);
    init->weights = fl_init_find(name, error);
    if (!init->weights) return false;
    bool given = text[n] == ':';
    if (given != (init->weights->argument != NULL))
        return fl_error_user(error, "--init %s: write %s%s%s", text, name, given ? "" : ":",
                             given ? "" : init->weights->argument);
    init->argument = 0;
    return !given || fl_text_number_read(text + n + 1, &init->argument) ||
           fl_error_user(error, "--init %s: '%s' is not a number", text, text + n + 1);
}

static bool set_init_and_split(const trial_request *asked, fl_trial *trial, fl_error *error)
{
    if (asked->init && !set_init(asked->init, &trial->init, error)) return false;
    if (asked->init_bias && !fl_text_number_read(asked->init_bias, &trial->init.bias))
        return fl_error_user(error, "--init-bias: '%s' is not a number", asked->init_bias);
    if (asked->validation != SIZE_MAX) trial->split.validation = asked->validation;
    if (asked->validation_from && !fl_trial_split_from_find(asked->validation_from, &trial->split.from, error))
        return false;
    if (asked->validation_seed != UINT64_MAX && trial->split.from != FL_DATASET_FROM_SEEDED)
        return fl_error_user(error, "--validation-seed is for --validation-from seeded");
    trial->split.seed = asked->validation_seed == UINT64_MAX ? 0 : asked->validation_seed;
    return fl_init_accepts(&trial->init, error);
}

/* "ema:0.999" */
static bool set_average(const char *text, fl_trial_averaging *averaging, fl_error *error)
{
    char name[40];
    size_t n = strcspn(text, ":");
    snprintf(name, sizeof name, "%.*s", (int)n, text);
    if (!fl_trial_average_find(name, averaging, error)) return false;
    if (text[n] && (!averaging->method || !fl_text_number_read(text + n + 1, &averaging->amount)))
        return fl_error_user(error, "--average %s: '%s' is not a number it takes", text, text + n + 1);
    return fl_trial_averaging_accepts(averaging, error);
}

/* "5:val_loss" */
static bool set_patience(const char *text, fl_trial_patience *patience, fl_error *error)
{
    char *end;
    unsigned long long n = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || !n || (*end && *end != ':'))
        return fl_error_user(error, "--patience wants N or N:METRIC with N at least 1, not '%s'", text);
    *patience = (fl_trial_patience){ (size_t)n, *end ? fl_trial_metric_find(end + 1) : FL_TRIAL_VAL_ERROR };
    return patience->metric < FL_TRIAL_TEST_LOSS ||
           fl_error_user(error, "--patience %s: '%s' is not train_loss, train_error, val_loss or val_error", text,
                         end + 1);
}

/* "all" waits for the split. */
static bool set_batch(const char *text, fl_trial *trial, fl_error *error)
{
    uint64_t whole = FL_TRIAL_BATCH_ALL;
    if (strcmp(text, "all") && !fl_text_whole_read(text, 1, FL_TRIAL_SEED_MAX, &whole))
        return fl_error_user(error, "--batch must be a whole number of at least 1, or all, not '%s'", text);
    trial->batch_size = whole;
    return true;
}

/* --init and a setting would be two answers to one question. */
static bool init_is_said_once(const trial_request *asked, const fl_trial *trial, fl_error *error)
{
    for (size_t i = FL_TRIAL_INIT; (asked->init || asked->init_bias) && i <= FL_TRIAL_INIT_BIAS; i++)
        if (!fl_trial_is_neutral(&trial->owners, FL_TRIAL_OF_MODEL, i, trial->values.of[FL_TRIAL_OF_MODEL][i]))
            return fl_error_user(error, "--init, --init-bias and --set %s both settle how parameters start",
                                 fl_trial_model[i].name);
    return true;
}

static bool set_parallel(const trial_request *asked, fl_trial *trial, const char **numbers, fl_error *error)
{
    fl_trial_parallel parallel;
    *numbers = "";
    if (!asked->parallel) return true;
    if (!fl_trial_parallel_parse(asked->parallel, &parallel, numbers, error)) return false;
    if (asked->durations && !(parallel.trace = fl_virtual_trace_load(asked->durations, asked->durations, error)))
        return false;
    fl_trial_parallel_apply(&parallel, trial);
    return true;
}

static bool durations_are_used(const trial_request *asked, const fl_trial *trial, fl_error *error)
{
    return !asked->durations || fl_trial_is_traced(trial) ||
           fl_error_user(error, "--durations is for --parallel with durations=trace");
}

static bool fill(const trial_request *asked, fl_trial *trial, fl_error *error)
{
    const char *numbers;
    if (asked->backend && !(trial->backend = fl_backend_find(asked->backend, error))) return false;
    if (asked->precision && !fl_trial_precision_find(asked->precision, &trial->precision, error)) return false;
    trial->micro_batch = asked->micro_batch;
    trial->steps = asked->steps;
    trial->eval_every = asked->eval_every == SIZE_MAX ? FL_TRIAL_DEFAULT_EVAL_EVERY(asked->steps) : asked->eval_every;
    trial->eval_ratio = asked->eval_ratio;
    if (trial->eval_ratio > 0) trial->eval_every = 1;
    if (asked->test && !fl_trial_test_find(asked->test, &trial->test, error)) return false;
    trial->threads = (unsigned)asked->threads;
    trial->seed = asked->seed;
    trial->stop_above = asked->stop_above;
    trial->curvature_every = asked->curvature_every;
    if (asked->batch && !set_batch(asked->batch, trial, error)) return false;
    if (asked->average && !set_average(asked->average, &trial->average, error)) return false;
    if (asked->snapshots && asked->average)
        return fl_error_user(error, "--average and --snapshots are two answers to one question; leave one away");
    if (asked->snapshots) trial->average = (fl_trial_averaging){ FL_TRIAL_SNAPSHOTS, (double)asked->snapshots };
    if (asked->patience && !set_patience(asked->patience, &trial->patience, error)) return false;
    if (!set_parallel(asked, trial, &numbers, error) || !set_all(&asked->set, numbers, trial, error) ||
        !durations_are_used(asked, trial, error) || !init_is_said_once(asked, trial, error) ||
        !set_init_and_split(asked, trial, error))
        return false;
    fl_trial_resolve_batch(trial);
    return fl_trial_accepts(trial, SIZE_MAX, error);
}

bool trial_from_request(const trial_request *asked, fl_trial *trial, fl_error *error)
{
    fl_trial_owners owners = { 0 };
    if (!find_owners(asked, &owners, error)) return false;
    *trial = fl_trial_default(&owners);
    if (fill(asked, trial, error)) return true;
    fl_trial_free(trial);
    return false;
}
