/* A trial as JSON, both ways, and its identity. The same object goes to a worker and into a record. */
#include "base/hash.h"
#include "base/memory.h"
#include "own/own.h"
#include "trial/parallel.h"
#include "trial/trial.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *value_json(const fl_hyper *hyper, double value)
{
    if (hyper->scale == FL_HYPER_CHOICE) return json_string(hyper->choices[(size_t)value]);
    if (hyper->scale == FL_HYPER_INTEGER) return json_integer((json_int_t)value);
    return json_real(value);
}

json_t *fl_trial_hyperparameters(const fl_trial *trial)
{
    json_t *all = json_object();
    for (fl_trial_owner owner = 0; owner < FL_TRIAL_OWNERS; owner++) {
        size_t n;
        const fl_hyper *table = fl_trial_owner_table(&trial->owners, owner, &n);
        for (size_t i = 0; i < n; i++) {
            if (isnan(trial->values.of[owner][i])) continue; /* the rate that schedule `list` makes needless */
            if (fl_trial_is_neutral(&trial->owners, owner, i, trial->values.of[owner][i])) continue;
            char name[80];
            snprintf(name, sizeof name, "%s%s", fl_trial_owner_prefix(owner), table[i].name);
            json_object_set_new(all, name, value_json(&table[i], trial->values.of[owner][i]));
        }
    }
    if (!trial->n_rates) return all;
    json_t *rates = json_array();
    for (size_t i = 0; i < trial->n_rates; i++) json_array_append_new(rates, json_real(trial->rates[i]));
    json_object_set_new(all, "schedule.rates", rates);
    return all;
}

/* NULL for the default split: however it is asked for, the same split has the same words. */
static json_t *split_json(const fl_trial *trial)
{
    const fl_dataset_split *split = &trial->split;
    size_t validation = fl_trial_validation(trial);
    if (validation == trial->owners.workload->dataset->n_validation && split->from == FL_DATASET_FROM_END) return NULL;
    json_t *object =
        json_pack("{s:I, s:s}", "validation", (json_int_t)validation, "from", fl_dataset_split_from_name(split->from));
    if (split->from == FL_DATASET_FROM_SEEDED)
        json_object_set_new(object, "seed", json_integer((json_int_t)split->seed));
    return object;
}

json_t *fl_trial_json(const fl_trial *trial)
{
    json_t *object = json_pack("{s:s, s:s, s:s, s:o, s:I, s:I, s:I, s:s, s:s, s:i, s:I}", "workload",
                               trial->owners.workload->entry.name, "optimizer", trial->owners.optimizer->entry.name,
                               "schedule", trial->owners.schedule->entry.name, "hyperparameters",
                               fl_trial_hyperparameters(trial), "batch_size", (json_int_t)trial->batch_size, "steps",
                               (json_int_t)trial->steps, "eval_every", (json_int_t)trial->eval_every, "backend",
                               trial->backend->entry.name, "precision", fl_backend_precision_name(trial->precision),
                               "threads", (int)trial->threads, "seed", (json_int_t)trial->seed);
    const fl_workload *workload = trial->owners.workload;
    if (!workload->by_name) json_object_set_new(object, "definition", json_string(workload->hash));
    json_t *own = fl_own_identity(trial->owners.optimizer);
    if (own) json_object_set_new(object, "own", own);
    if (trial->eval_ratio > 0)
        json_object_set_new(object, "eval_every", json_pack("{s:f}", "ratio", trial->eval_ratio));
    if (trial->test != FL_TRIAL_TEST_ALL)
        json_object_set_new(object, "test", json_string(fl_trial_test_name(trial->test)));
    json_t *split = split_json(trial);
    if (split) json_object_set_new(object, "split", split);
    fl_init init = fl_trial_init(trial);
    json_object_set_new(object, "init",
                        json_pack("{s:s, s:f, s:f}", "weights", init.weights->entry.name, "argument", init.argument,
                                  "bias", init.bias));
    if (trial->stop_above > 0) json_object_set_new(object, "stop_above", json_real(trial->stop_above));
    if (trial->curvature_every)
        json_object_set_new(object, "curvature_every", json_integer((json_int_t)trial->curvature_every));
    if (trial->micro_batch) json_object_set_new(object, "micro_batch", json_integer((json_int_t)trial->micro_batch));
    json_t *parallel = fl_trial_parallel_json(trial);
    if (parallel) json_object_set_new(object, "parallel", parallel);
    fl_trial_averaging_json(&trial->average, object);
    fl_trial_patience_json(&trial->patience, object);
    return object;
}

void fl_trial_id(const fl_trial *trial, const char *data_checksum, char id[17])
{
    json_t *chosen = fl_trial_json(trial);
    json_object_set_new(chosen, "data", json_string(data_checksum));
    char *line = fl_json_line(chosen);
    fl_hash_text(fl_hash(line, strlen(line)), id);
    free(line);
    json_decref(chosen);
}

/* --- back from JSON --- */

typedef struct hyper_reading {
    fl_trial_setting settings[FL_TRIAL_OWNERS * FL_HYPER_MAX];
    double given[FL_TRIAL_OWNERS * FL_HYPER_MAX];
    size_t n;
} hyper_reading;

static bool read_rates(fl_json_node node, fl_trial *trial, fl_error *error)
{
    const json_t *rates = fl_json_value(node);
    trial->n_rates = json_array_size(rates);
    trial->rates = fl_memory_new(trial->n_rates, sizeof(double));
    for (size_t i = 0; i < trial->n_rates; i++) {
        if (!json_is_number(json_array_get(rates, i)))
            return fl_json_fail(node, error, "'schedule.rates' must be an array of numbers");
        trial->rates[i] = json_number_value(json_array_get(rates, i));
    }
    return json_is_array(rates) || fl_json_fail(node, error, "'schedule.rates' must be an array of numbers");
}

static bool read_hyperparameters(fl_json_node object, fl_trial *trial, fl_error *error)
{
    hyper_reading reading = { .n = 0 };
    fl_json_node child;
    for (bool more = fl_json_first(object, &child); more; more = fl_json_next(&child)) {
        fl_error why;
        if (!strcmp(fl_json_key(child), "schedule.rates")) {
            if (!read_rates(child, trial, error)) return false;
            continue;
        }
        if (reading.n == sizeof reading.given / sizeof *reading.given)
            return fl_json_fail(child, error, "too many values");
        fl_trial_setting *setting = &reading.settings[reading.n];
        if (!fl_trial_setting_find(&trial->owners, fl_json_key(child), setting, &why))
            return fl_json_fail_key(child, error, "%s", why.text);
        if (!fl_trial_setting_read(setting, child, &reading.given[reading.n++], error)) return false;
    }
    fl_trial_settings_apply(reading.settings, reading.given, reading.n, &trial->values);
    return true;
}

bool fl_trial_split_read(fl_json_node node, fl_dataset_split *split, fl_error *error)
{
    static const char *const keys[] = { "validation", "from", "seed", NULL };
    fl_json_node child;
    const char *from;
    fl_error why;
    uint64_t validation;
    if (!fl_json_is_object(node, error) || !fl_json_only(node, keys, error)) return false;
    if (fl_json_get(node, "validation", &child)) {
        if (!fl_json_whole(child, 1, UINT32_MAX, &validation, error)) return false;
        split->validation = validation;
    }
    if (fl_json_get(node, "from", &child)) {
        if (!fl_json_string(child, &from, error)) return false;
        if (!fl_trial_split_from_find(from, &split->from, &why)) return fl_json_fail_with(child, error, &why);
    }
    return fl_json_optional_whole(node, "seed", 0, FL_TRIAL_SEED_MAX, &split->seed, error);
}

bool fl_trial_init_read(fl_json_node node, fl_init *init, fl_error *error)
{
    static const char *const keys[] = { "weights", "argument", "bias", NULL };
    fl_json_node child;
    const char *name;
    fl_error why;
    if (!fl_json_is_object(node, error) || !fl_json_only(node, keys, error)) return false;
    if (fl_json_get(node, "weights", &child)) {
        if (!fl_json_string(child, &name, error)) return false;
        init->weights = fl_init_find(name, &why);
        if (!init->weights) return fl_json_fail_with(child, error, &why);
        init->argument = 0;
    }
    if (fl_json_get(node, "argument", &child)) {
        if (!fl_json_number(child, &init->argument, error)) return false;
        if (!init->weights->argument && init->argument != 0)
            return fl_json_fail(child, error, "initialisation '%s' takes no argument", init->weights->entry.name);
    } else if (init->weights->argument && fl_json_get(node, "weights", &child)) {
        return fl_json_fail(child, error, "initialisation '%s' needs 'argument', its %s", init->weights->entry.name,
                            init->weights->argument);
    }
    return !fl_json_get(node, "bias", &child) || fl_json_number(child, &init->bias, error);
}

/* By name, or by its definition: the hash of one that this process has met, or the definition itself. */
static const fl_workload *read_workload(fl_json_node node, fl_error *error)
{
    fl_json_node name, definition;
    const char *hash;
    if (!fl_json_need(node, "workload", &name, error)) return NULL;
    if (!fl_json_get(node, "definition", &definition)) return fl_workload_read(name, error);
    if (json_is_object(fl_json_value(definition))) return fl_workload_read(definition, error);
    if (!fl_json_string(definition, &hash, error)) return NULL;
    const fl_workload *workload = fl_workload_of_hash(hash);
    if (!workload)
        fl_json_fail(definition, error,
                     "this is only the hash of the workload's definition, and no workload of this program has it; "
                     "export the trial again: an export holds the definition itself");
    return workload;
}

/* Registry look-ups of a trial's names, each with its place. */
static bool read_owners(fl_json_node node, fl_trial_owners *owners, const fl_backend **backend,
                        fl_trial_parallel *parallel, fl_error *error)
{
    fl_json_node o, s, b, p;
    const char *schedule, *library;
    if (!(owners->workload = read_workload(node, error))) return false;
    if (!fl_json_need(node, "optimizer", &o, error)) return false;
    if (!(owners->optimizer = fl_trial_optimizer_read(o, error))) return false;
    if (!fl_json_need(node, "schedule", &s, error) || !fl_json_string(s, &schedule, error)) return false;
    if (!fl_json_need(node, "backend", &b, error) || !fl_json_string(b, &library, error)) return false;
    fl_error why;
    if (!(owners->schedule = fl_schedule_find(schedule, &why))) return fl_json_fail_with(s, error, &why);
    if (!(*backend = fl_backend_find(library, &why))) return fl_json_fail_with(b, error, &why);
    return !fl_json_get(node, "parallel", &p) || fl_trial_parallel_read(p, parallel, error);
}

static bool read_count(fl_json_node node, const char *key, uint64_t least, uint64_t most, size_t *count,
                       fl_error *error)
{
    fl_json_node child;
    uint64_t value;
    if (!fl_json_need(node, key, &child, error) || !fl_json_whole(child, least, most, &value, error)) return false;
    *count = value;
    return true;
}

/* A count, or {"ratio": r}. */
static bool read_evaluations(fl_json_node node, fl_trial *trial, fl_error *error)
{
    fl_json_node every, ratio;
    if (!fl_json_need(node, "eval_every", &every, error)) return false;
    if (!json_is_object(fl_json_value(every)))
        return read_count(node, "eval_every", 0, FL_TRIAL_SEED_MAX, &trial->eval_every, error);
    trial->eval_every = 1;
    return fl_json_need(every, "ratio", &ratio, error) && fl_json_number(ratio, &trial->eval_ratio, error);
}

static bool read_test(fl_json_node node, fl_trial *trial, fl_error *error)
{
    fl_json_node child;
    const char *name;
    fl_error why;
    if (!fl_json_get(node, "test", &child)) return true;
    if (!fl_json_string(child, &name, error)) return false;
    return fl_trial_test_find(name, &trial->test, &why) || fl_json_fail_with(child, error, &why);
}

static bool read_counts(fl_json_node node, fl_trial *trial, fl_error *error)
{
    size_t threads, seed;
    if (!read_count(node, "batch_size", 1, UINT32_MAX, &trial->batch_size, error) ||
        !read_count(node, "steps", 1, FL_TRIAL_SEED_MAX, &trial->steps, error) ||
        !read_evaluations(node, trial, error) || !read_test(node, trial, error) ||
        !read_count(node, "threads", 1, FL_TRIAL_THREADS_MAX, &threads, error) ||
        !read_count(node, "seed", 0, FL_TRIAL_SEED_MAX, &seed, error))
        return false;
    trial->threads = (unsigned)threads;
    trial->seed = seed;
    return true;
}

static bool read_rest(fl_json_node node, fl_trial *trial, fl_error *error)
{
    fl_json_node child;
    const char *precision;
    fl_error why;
    if (!read_counts(node, trial, error)) return false;
    if (!fl_json_need(node, "precision", &child, error) || !fl_json_string(child, &precision, error)) return false;
    if (!fl_trial_precision_find(precision, &trial->precision, &why)) return fl_json_fail_with(child, error, &why);
    if (fl_json_get(node, "split", &child) && !fl_trial_split_read(child, &trial->split, error)) return false;
    if (fl_json_get(node, "init", &child) && !fl_trial_init_read(child, &trial->init, error)) return false;
    if (fl_json_get(node, "stop_above", &child) && !fl_json_number(child, &trial->stop_above, error)) return false;
    if (!fl_json_optional_whole(node, "micro_batch", 1, UINT32_MAX, &trial->micro_batch, error) ||
        !fl_json_optional_whole(node, "curvature_every", 1, FL_TRIAL_SEED_MAX, &trial->curvature_every, error))
        return false;
    if (!fl_trial_averaging_read(node, &trial->average, error) ||
        !fl_trial_patience_read(node, &trial->patience, error))
        return false;
    return fl_json_need(node, "hyperparameters", &child, error) && fl_json_is_object(child, error) &&
           read_hyperparameters(child, trial, error);
}

bool fl_trial_read(fl_json_node node, fl_trial *trial, fl_error *error)
{
    fl_trial_owners owners = { 0 };
    fl_trial_parallel parallel = { .workers = 1 };
    const fl_backend *backend;
    *trial = (fl_trial){ 0 };
    if (!fl_json_is_object(node, error) || !read_owners(node, &owners, &backend, &parallel, error)) return false;
    *trial = fl_trial_default(&owners);
    fl_trial_parallel_apply(&parallel, trial);
    trial->backend = backend;
    if (read_rest(node, trial, error)) return true;
    fl_trial_free(trial);
    return false;
}
