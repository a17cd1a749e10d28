/* Outcomes as JSON: what a worker sends home. */
#include "base/entry.h"
#include "base/memory.h"
#include "outcome/outcome.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const status_names[FL_OUTCOME_STATUSES + 1] = { "complete", "infeasible", "failed" };

static const struct {
    const char *name;
    size_t at;
} parts[] = {
    { "total", offsetof(fl_outcome_seconds, total) },
    { "setup", offsetof(fl_outcome_seconds, setup) },
    { "data", offsetof(fl_outcome_seconds, data) },
    { "forward_backward", offsetof(fl_outcome_seconds, forward_backward) },
    { "curvature", offsetof(fl_outcome_seconds, curvature) },
    { "update", offsetof(fl_outcome_seconds, update) },
    { "evaluate", offsetof(fl_outcome_seconds, evaluate) },
    { "other", offsetof(fl_outcome_seconds, other) },
};

enum { N_PARTS = sizeof parts / sizeof *parts };

const char *fl_outcome_status_name(fl_outcome_status status)
{
    return status_names[status];
}

fl_outcome_status fl_outcome_status_find(const char *name)
{
    size_t index;
    fl_entry_choose(status_names, "status", name, &index, NULL);
    return (fl_outcome_status)index;
}

void fl_outcome_free(fl_outcome *outcome)
{
    free(outcome->points);
    free(outcome->implementation);
    json_decref(outcome->curvature);
    json_decref(outcome->timeline);
    json_decref(outcome->division);
    json_decref(outcome->carriers.hosts);
    *outcome = (fl_outcome){ 0 };
}

json_t *fl_outcome_seconds_json(const fl_outcome_seconds *seconds)
{
    json_t *object = json_object();
    for (size_t i = 0; i < N_PARTS; i++)
        json_object_set_new(object, parts[i].name, json_real(*(const double *)((const char *)seconds + parts[i].at)));
    return object;
}

void fl_outcome_seconds_read(const json_t *object, fl_outcome_seconds *seconds)
{
    for (size_t i = 0; i < N_PARTS; i++)
        *(double *)((char *)seconds + parts[i].at) = json_number_value(json_object_get(object, parts[i].name));
}

json_t *fl_outcome_first_losses_json(const fl_outcome_first_losses *losses)
{
    json_t *array = json_array();
    for (size_t i = 0; i < losses->n; i++) json_array_append_new(array, fl_json_finite(losses->of[i]));
    return array;
}

void fl_outcome_first_losses_read(const json_t *array, fl_outcome_first_losses *losses)
{
    size_t n = json_array_size(array);
    losses->n = n < FL_OUTCOME_FIRST_LOSSES ? n : FL_OUTCOME_FIRST_LOSSES;
    for (size_t i = 0; i < losses->n; i++) {
        const json_t *loss = json_array_get(array, i);
        losses->of[i] = json_is_number(loss) ? json_number_value(loss) : HUGE_VAL;
    }
}

json_t *fl_outcome_carriers_json(const fl_outcome_carriers *carriers)
{
    return json_pack("{s:I, s:O*, s:I, s:f}", "processes", (json_int_t)carriers->processes, "hosts", carriers->hosts,
                     "bytes", (json_int_t)carriers->bytes, "waited", carriers->waited);
}

/* As many names as there are processes, or nothing: they may come from another machine. */
static json_t *read_hosts(const json_t *object, size_t processes)
{
    size_t i;
    json_t *hosts = json_object_get(object, "hosts"), *host;
    if (!json_is_array(hosts) || json_array_size(hosts) != processes) return NULL;
    json_array_foreach(hosts, i, host) if (!json_is_string(host)) return NULL;
    return json_incref(hosts);
}

static void read_carriers(const json_t *object, fl_outcome_carriers *carriers)
{
    carriers->processes = (size_t)json_integer_value(json_object_get(object, "processes"));
    carriers->bytes = (uint64_t)json_integer_value(json_object_get(object, "bytes"));
    carriers->waited = json_number_value(json_object_get(object, "waited"));
    carriers->hosts = read_hosts(object, carriers->processes);
}

json_t *fl_outcome_json(const fl_outcome *outcome)
{
    json_t *points = json_array();
    for (size_t i = 0; i < outcome->n_points; i++)
        json_array_append_new(points, fl_trial_point_json(&outcome->points[i]));
    return json_pack(
        "{s:s, s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:o, s:s, s:s, s:s, s:o, s:f, s:s, s:o, s:O?, s:O?, s:O?}",
        "trial", outcome->trial, "status", fl_outcome_status_name(outcome->status), "reason", outcome->reason, "points",
        points, "stopped_at", (json_int_t)outcome->stopped_at, "steps_done", (json_int_t)outcome->steps_done,
        "n_parameters", (json_int_t)outcome->n_parameters, "gradient_evaluations",
        (json_int_t)outcome->gradient_evaluations, "curvature_products", (json_int_t)outcome->curvature_products,
        "first_losses", fl_outcome_first_losses_json(&outcome->first_losses), "lent", outcome->lent, "data",
        outcome->data, "state_hash", outcome->state_hash, "seconds", fl_outcome_seconds_json(&outcome->seconds),
        "examples_per_second", outcome->examples_per_second, "implementation",
        outcome->implementation ? outcome->implementation : "", "carriers",
        fl_outcome_carriers_json(&outcome->carriers), "curvature", outcome->curvature, "timeline", outcome->timeline,
        "division", outcome->division);
}

static void read_text(const json_t *object, const char *key, char *text, size_t size)
{
    const char *value = json_string_value(json_object_get(object, key));
    snprintf(text, size, "%s", value ? value : "");
}

static size_t read_count(const json_t *object, const char *key)
{
    return (size_t)json_integer_value(json_object_get(object, key));
}

/* New reference; NULL where there is none. */
static json_t *read_array(const json_t *object, const char *key)
{
    json_t *array = json_object_get(object, key);
    return json_is_array(array) ? json_incref(array) : NULL;
}

bool fl_outcome_read(const json_t *object, fl_outcome *outcome)
{
    char status[16];
    const json_t *points = json_object_get(object, "points");
    *outcome = (fl_outcome){ .n_points = 0 };
    read_text(object, "trial", outcome->trial, sizeof outcome->trial);
    read_text(object, "status", status, sizeof status);
    outcome->status = fl_outcome_status_find(status);
    if (outcome->status == FL_OUTCOME_STATUSES || !json_is_array(points)) return false;
    read_text(object, "reason", outcome->reason, sizeof outcome->reason);
    read_text(object, "lent", outcome->lent, sizeof outcome->lent);
    read_text(object, "data", outcome->data, sizeof outcome->data);
    read_text(object, "state_hash", outcome->state_hash, sizeof outcome->state_hash);
    outcome->stopped_at = read_count(object, "stopped_at");
    outcome->steps_done = read_count(object, "steps_done");
    outcome->n_parameters = read_count(object, "n_parameters");
    outcome->gradient_evaluations = read_count(object, "gradient_evaluations");
    outcome->curvature_products = read_count(object, "curvature_products");
    fl_outcome_first_losses_read(json_object_get(object, "first_losses"), &outcome->first_losses);
    outcome->examples_per_second = json_number_value(json_object_get(object, "examples_per_second"));
    fl_outcome_seconds_read(json_object_get(object, "seconds"), &outcome->seconds);
    read_carriers(json_object_get(object, "carriers"), &outcome->carriers);
    outcome->implementation = fl_memory_copy_text(json_string_value(json_object_get(object, "implementation")));
    outcome->curvature = read_array(object, "curvature");
    outcome->timeline = read_array(object, "timeline");
    json_t *division = json_object_get(object, "division");
    outcome->division = json_is_object(division) ? json_incref(division) : NULL;
    outcome->points = fl_memory_new(json_array_size(points), sizeof(fl_trial_point));
    for (; outcome->n_points < json_array_size(points); outcome->n_points++)
        if (!fl_trial_point_read(json_array_get(points, outcome->n_points), &outcome->points[outcome->n_points])) {
            fl_outcome_free(outcome);
            return false;
        }
    return true;
}
