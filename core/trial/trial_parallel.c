/* Parallel methods of trials: reading, writing, and what does not go together. */
#include "own/own.h"
#include "trial/around.h"
#include "trial/parallel.h"
#include "virtual/trace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One identity for what is the same training. */
static void normalise(fl_trial_parallel *parallel)
{
    if (parallel->method == fl_method_find("synchronous", NULL) && parallel->workers == 1) parallel->method = NULL;
}

static void start_values(fl_trial_parallel *parallel)
{
    for (size_t i = 0; i < parallel->method->n_hypers; i++)
        parallel->values[i] = parallel->method->hypers[i].default_value;
}

static bool unknown(fl_json_node child, const fl_method *method, fl_error *error)
{
    fl_text known = { 0 };
    for (size_t i = 0; i < method->n_hypers; i++) fl_text_add(&known, ", %s", method->hypers[i].name);
    fl_json_fail_key(child, error, "parallel method '%s' has no '%.40s'; it has workers%s", method->entry.name,
                     fl_json_key(child), known.bytes ? known.bytes : "");
    fl_text_free(&known);
    return false;
}

static bool read_value(fl_json_node child, fl_trial_parallel *parallel, fl_error *error)
{
    const fl_method *method = parallel->method;
    size_t index = fl_hyper_index(method->hypers, method->n_hypers, fl_json_key(child));
    fl_error why;
    if (!strcmp(fl_json_key(child), "method") || !strcmp(fl_json_key(child), "workers")) return true;
    bool timed = fl_hyper_index(method->hypers, method->n_hypers, "durations") < method->n_hypers;
    if (timed && !strcmp(fl_json_key(child), "trace")) return fl_trial_trace_read(child, &parallel->trace, error);
    if (index == method->n_hypers) return unknown(child, method, error);
    const fl_trial_setting setting = { .owner = FL_TRIAL_OF_METHOD, .index = index, .hyper = &method->hypers[index] };
    return fl_trial_setting_read(&setting, child, &parallel->values[index], error) &&
           (fl_trial_setting_accepts(&setting, parallel->values[index], &why) || fl_json_fail_with(child, error, &why));
}

bool fl_trial_parallel_read(fl_json_node node, fl_trial_parallel *parallel, fl_error *error)
{
    fl_json_node method, workers, child;
    const char *name;
    uint64_t n;
    fl_error why;
    *parallel = (fl_trial_parallel){ .workers = 1 };
    if (!fl_json_is_object(node, error) || !fl_json_need(node, "method", &method, error) ||
        !fl_json_string(method, &name, error))
        return false;
    if (!(parallel->method = fl_method_find(name, &why))) return fl_json_fail_with(method, error, &why);
    if (!fl_json_need(node, "workers", &workers, error) ||
        !fl_json_whole(workers, 1, FL_METHOD_MOST_WORKERS, &n, error))
        return false;
    parallel->workers = n;
    start_values(parallel);
    for (bool more = fl_json_first(node, &child); more; more = fl_json_next(&child))
        if (!read_value(child, parallel, error)) return false;
    normalise(parallel);
    return true;
}

bool fl_trial_parallel_parse(const char *text, fl_trial_parallel *parallel, const char **end, fl_error *error)
{
    char name[40], number[24];
    size_t n = strcspn(text, ":"), digits = text[n] ? strcspn(text + n + 1, ",") : 0;
    uint64_t workers;
    *parallel = (fl_trial_parallel){ .workers = 1 };
    snprintf(name, sizeof name, "%.*s", (int)n, text);
    if (!(parallel->method = fl_method_find(name, error))) return false;
    snprintf(number, sizeof number, "%.*s", (int)digits, text[n] ? text + n + 1 : "");
    if (!fl_text_whole_read(number, 1, FL_METHOD_MOST_WORKERS, &workers))
        return fl_error_user(error, "--parallel wants METHOD:WORKERS with 1 to %d workers, as %s:4, not '%.60s'",
                             FL_METHOD_MOST_WORKERS, name, text);
    parallel->workers = workers;
    *end = text + n + 1 + digits;
    start_values(parallel);
    normalise(parallel);
    return true;
}

void fl_trial_parallel_apply(const fl_trial_parallel *parallel, fl_trial *trial)
{
    trial->owners.method = parallel->method;
    trial->workers = parallel->workers;
    trial->trace = parallel->trace;
    for (size_t i = 0; parallel->method && i < parallel->method->n_hypers; i++)
        trial->values.of[FL_TRIAL_OF_METHOD][i] = parallel->values[i];
}

static void add_value(const fl_hyper *hyper, double value, fl_text *text)
{
    char number[FL_TEXT_NUMBER_SIZE];
    if (isnan(value) || value == hyper->default_value) return;
    fl_text_add(text, ",%s=%s", hyper->name,
                hyper->choices ? hyper->choices[(size_t)value] : fl_text_number(value, number));
}

/* Have all of a list one method, and one value of its number `i`? */
static bool is_common(const fl_trial_parallel *list, size_t n, size_t i)
{
    for (size_t other = 1; other < n; other++)
        if (list[other].method != list->method || list[other].values[i] != list->values[i]) return false;
    return true;
}

static void add_text(const fl_trial_parallel *parallel, const fl_trial_parallel *list, size_t n, fl_text *text)
{
    const fl_method *method = parallel->method;
    fl_text_add(text, "%s:%zu", method ? method->entry.name : "synchronous", parallel->workers);
    if (parallel->trace) fl_text_add(text, ",trace=%.6s", parallel->trace->hash);
    for (size_t i = 0; method && i < method->n_hypers; i++)
        if (!n || !is_common(list, n, i)) add_value(&method->hypers[i], parallel->values[i], text);
}

void fl_trial_parallel_text(const fl_trial_parallel *parallel, fl_text *text)
{
    add_text(parallel, NULL, 0, text);
}

void fl_trial_parallel_text_apart(const fl_trial_parallel *list, size_t n, size_t at, fl_text *text)
{
    add_text(&list[at], list, n, text);
}

bool fl_trial_same_parallel(const fl_trial *a, const fl_trial *b)
{
    const double *left = a->values.of[FL_TRIAL_OF_METHOD], *right = b->values.of[FL_TRIAL_OF_METHOD];
    const fl_method *method = a->owners.method;
    bool traces = a->trace && b->trace ? !strcmp(a->trace->hash, b->trace->hash) : a->trace == b->trace;
    return method == b->owners.method && a->workers == b->workers && traces &&
           (!method || !memcmp(left, right, method->n_hypers * sizeof *left));
}

json_t *fl_trial_parallel_json(const fl_trial *trial)
{
    if (!trial->owners.method) return NULL;
    return json_pack("{s:s, s:I, s:s*}", "method", trial->owners.method->entry.name, "workers",
                     (json_int_t)trial->workers, "trace", fl_trial_is_traced(trial) ? trial->trace->hash : NULL);
}

size_t fl_trial_servers(const fl_trial *trial)
{
    const fl_method *method = trial->owners.method;
    return method && method->servers ? method->servers(trial->values.of[FL_TRIAL_OF_METHOD]) : 0;
}

size_t fl_trial_slices(const fl_trial *trial)
{
    return trial->owners.method && trial->owners.method->slices ? fl_trial_servers(trial) : 1;
}

size_t fl_trial_processes(const fl_trial *trial)
{
    size_t servers = fl_trial_servers(trial);
    return servers ? servers + trial->workers : 0;
}

/* --- what goes together --- */

static bool shares_are_equal(const fl_trial *trial, fl_error *error)
{
    if (!trial->owners.method->shares_batch) return true;
    if (trial->batch_size % trial->workers)
        return fl_error_user(error, "%zu workers do not divide a batch of %zu: each takes an equal share",
                             trial->workers, trial->batch_size);
    size_t share = fl_trial_share(trial);
    return !trial->micro_batch || share % trial->micro_batch == 0 ||
           fl_error_user(error, "a micro-batch of %zu does not divide a worker's share of %zu", trial->micro_batch,
                         share);
}

/* The workers of a batch meet inside its passes, so each has its share in memory. */
static bool shares_are_whole(const fl_trial *trial, fl_error *error)
{
    bool parts = fl_trial_micro_batch(trial) < fl_trial_share(trial);
    if (!fl_trial_shared_statistics(trial) || (!parts && !fl_trial_grows(trial))) return true;
    return fl_error_user(error, "parallel.batch_norm = synchronised computes a share at once; leave %s away",
                         parts ? "micro_batch" : "batch.factor");
}

/* Others compute the preconditioner; what else a rule wants of a batch is there where one process computes all of it.
 */
static bool whole_batches_are_there(const fl_trial *trial)
{
    const fl_optimizer *rule = trial->owners.optimizer;
    if (trial->owners.method->rules != FL_METHOD_PRECONDITIONER) return false;
    return !fl_trial_servers(trial) || !rule->wants(trial->values.of[FL_TRIAL_OF_OPTIMIZER]).curvature;
}

static bool rule_is_served(const fl_trial *trial, fl_error *error)
{
    const fl_method *method = trial->owners.method;
    const fl_optimizer *rule = trial->owners.optimizer;
    const fl_own *own = fl_own_of(rule);
    const char *why = NULL;
    bool one_gradient = method->rules == FL_METHOD_NO_ASKING || method->rules == FL_METHOD_NO_LOOKING;
    if (method->rules == FL_METHOD_PRECONDITIONER && !rule->preconditioner)
        why = "has no Kronecker factors; use kfac";
    else if (method->rules == FL_METHOD_ELEMENTWISE && !rule->elementwise)
        why = "looks at more than one number at a time";
    else if (one_gradient && rule->asks_again)
        why = "asks for more gradients of the same step";
    else if (method->rules == FL_METHOD_NO_LOOKING && rule->look)
        why = "looks ahead: it wants gradients elsewhere than at its parameters";
    else if (one_gradient && own && own->words)
        why = "runs in a process of its own, which keeps the state of one worker";
    else if (trial->workers > 1 && rule->wants && !whole_batches_are_there(trial))
        why = "asks for the curvature of whole batches";
    return !why || fl_error_user(error, "parallel method '%s' does not serve optimizer '%s', which %s",
                                 method->entry.name, rule->entry.name, why);
}

/* A server of several has a slice of the gradient. */
static bool slices_are_enough(const fl_trial *trial, fl_error *error)
{
    const fl_optimizer *rule = trial->owners.optimizer;
    if (fl_trial_slices(trial) <= 1) return true;
    if (!rule->elementwise)
        return fl_error_user(error,
                             "several servers share the parameters, and optimizer '%s' looks at more than one "
                             "number at a time; leave parallel.shards away",
                             rule->entry.name);
    return !(trial->values.of[FL_TRIAL_AROUND][FL_TRIAL_CLIP_NORM] > 0) ||
           fl_error_user(error, "several servers share the parameters, and clip_norm is of the whole gradient; leave "
                                "it or parallel.shards away");
}

static double seconds_of_a_batch(const fl_trial *trial)
{
    static const char *const parts[] = { "compute", "pull", "push", "statistics", "inverse" };
    const fl_method *method = trial->owners.method;
    double sum = 0;
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
        size_t i = fl_hyper_index(method->hypers, method->n_hypers, parts[p]);
        if (i < method->n_hypers) sum += trial->values.of[FL_TRIAL_OF_METHOD][i];
    }
    return sum;
}

/* Virtual time is whole nanoseconds in 64 bits; durations above their mean have the rest of the room. */
static bool time_fits(const fl_trial *trial, fl_error *error)
{
    static const double MOST = 1e9; /* seconds */
    const fl_method *method = trial->owners.method;
    const double *values = trial->values.of[FL_TRIAL_OF_METHOD];
    double batches = (double)trial->steps * (double)(method->batches ? method->batches(values) : 1);
    double seconds = batches * seconds_of_a_batch(trial);
    return !(seconds > MOST) || fl_error_user(error,
                                              "%.0f batches of %.6g virtual seconds each are more than 31 years, "
                                              "the longest a trial can take",
                                              batches, seconds / batches);
}

bool fl_trial_parallel_accepts(const fl_trial *trial, fl_error *error)
{
    const fl_method *method = trial->owners.method;
    if (!method) return true;
    return fl_trial_trace_accepts(trial, error) && shares_are_equal(trial, error) && shares_are_whole(trial, error) &&
           rule_is_served(trial, error) && slices_are_enough(trial, error) && time_fits(trial, error) &&
           (!method->accepts ||
            method->accepts(trial->values.of[FL_TRIAL_OF_METHOD], trial->owners.optimizer->own != NULL, error));
}
