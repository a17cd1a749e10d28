/* Records as JSON, both ways. */
#include "record/record.h"
#include "base/hash.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_better(const fl_trial_point *a, const fl_trial_point *b, fl_trial_metric by, bool averaged)
{
    double x = fl_trial_point_get(a, by, averaged), y = fl_trial_point_get(b, by, averaged);
    if (x != y) return x < y;
    return fl_trial_point_get(a, FL_TRIAL_VAL_LOSS, averaged) < fl_trial_point_get(b, FL_TRIAL_VAL_LOSS, averaged);
}

const fl_trial_point *fl_record_best_point(const fl_trial_point *points, size_t n, fl_trial_metric by, bool averaged)
{
    const fl_trial_point *best = NULL;
    for (const fl_trial_point *p = points; p < points + n; p++)
        if (!best || is_better(p, best, by, averaged)) best = p;
    return best;
}

double fl_record_steps_to_target(const fl_trial_point *points, size_t n, fl_trial_metric metric, double value,
                                 bool averaged)
{
    for (size_t i = 0; i < n; i++)
        if (fl_trial_point_get(&points[i], metric, averaged) < value) return (double)points[i].step;
    return HUGE_VAL;
}

/* A point without the fields that only points.jsonl holds. */
static json_t *measured(const fl_trial_point *point)
{
    if (!point) return json_null();
    json_t *object = fl_trial_point_json(point);
    json_object_del(object, "rate");
    json_object_del(object, "seconds");
    json_object_del(object, "negative_curvature");
    json_object_del(object, "staleness");
    json_object_del(object, "staleness_max");
    json_object_del(object, "inverse_staleness");
    json_object_del(object, "inverse_staleness_max");
    json_object_del(object, "virtual_seconds");
    return object;
}

static json_t *text_or_null(const char *text)
{
    return *text ? json_string(text) : json_null();
}

static json_t *lent_json(const char *lent)
{
    json_t *list = json_array();
    for (size_t n; *lent; lent += n + (lent[n] == ',')) {
        n = strcspn(lent, ",");
        json_array_append_new(list, json_stringn(lent, n));
    }
    return list;
}

/* Where the trial stands in its study. */
static void add_slot(json_t *record, const fl_study *study, const fl_record_slot *slot)
{
    json_object_set_new(record, "study", json_string(study->name));
    json_object_set_new(record, "arm", json_string(study->arms[slot->arm].name));
    json_object_set_new(record, "index", json_integer((json_int_t)slot->index));
    json_object_set_new(record, "repeat", json_integer((json_int_t)slot->repeat));
}

static void add_results(json_t *record, const fl_study *study, const fl_outcome *outcome)
{
    bool complete = outcome->status == FL_OUTCOME_COMPLETE && outcome->n_points;
    const fl_trial_point *last = complete ? &outcome->points[outcome->n_points - 1] : NULL;
    const fl_trial_point *best =
        complete ? fl_record_best_point(outcome->points, outcome->n_points, study ? study->select : FL_TRIAL_VAL_ERROR,
                                        study && study->select_averaged)
                 : NULL;
    json_object_set_new(record, "n_parameters", json_integer((json_int_t)outcome->n_parameters));
    json_object_set_new(record, "steps_done", json_integer((json_int_t)outcome->steps_done));
    json_object_set_new(record, "gradient_evaluations", json_integer((json_int_t)outcome->gradient_evaluations));
    json_object_set_new(record, "curvature_products", json_integer((json_int_t)outcome->curvature_products));
    json_object_set_new(record, "first_losses", fl_outcome_first_losses_json(&outcome->first_losses));
    json_object_set_new(record, "lent", lent_json(outcome->lent));
    if (*outcome->data) json_object_set_new(record, "data", json_string(outcome->data));
    if (outcome->stopped_at) json_object_set_new(record, "stopped_at", json_integer((json_int_t)outcome->stopped_at));
    json_object_set_new(record, "final", measured(last));
    json_object_set_new(record, "best", measured(best));
    if (study && study->has_target) {
        double steps = fl_record_steps_to_target(outcome->points, outcome->n_points, study->target, study->target_value,
                                                 study->select_averaged);
        bool reached = outcome->status == FL_OUTCOME_COMPLETE && isfinite(steps);
        json_object_set_new(record, "steps_to_target", reached ? json_integer((json_int_t)steps) : json_null());
    }
    json_object_set_new(record, "state_hash", text_or_null(outcome->state_hash));
    json_object_set_new(record, "seconds", fl_outcome_seconds_json(&outcome->seconds));
    json_object_set_new(record, "examples_per_second", json_real(outcome->examples_per_second));
    if (outcome->division) json_object_set(record, "division", outcome->division);
    if (outcome->carriers.processes)
        json_object_set_new(record, "carriers", fl_outcome_carriers_json(&outcome->carriers));
}

json_t *fl_record_json(const fl_study *study, const fl_record_slot *slot, const fl_trial *trial,
                       const fl_outcome *outcome, const char *host)
{
    json_t *record = json_object(), *chosen = fl_trial_json(trial);
    fl_text repro = { 0 };
    json_object_set_new(record, "schema", json_integer(FL_RECORD_SCHEMA));
    if (study) add_slot(record, study, slot);
    json_object_set_new(record, "trial", json_string(outcome->trial));
    json_object_set_new(record, "status", json_string(fl_outcome_status_name(outcome->status)));
    json_object_set_new(record, "reason", text_or_null(outcome->reason));
    json_object_update(record, chosen);
    json_decref(chosen);
    if (trial->owners.optimizer->dense) json_object_set_new(record, "machine_bits", json_true());
    if (fl_trial_servers(trial)) json_object_set_new(record, "reproducible", json_false());
    add_results(record, study, outcome);
    json_object_set_new(record, "host", text_or_null(host));
    fl_trial_command(trial, &repro);
    json_object_set_new(record, "repro", json_string(repro.bytes));
    fl_text_free(&repro);
    return record;
}

/* --- back from JSON --- */

static bool read_slot(const json_t *object, const fl_study *study, fl_record_slot *slot)
{
    const char *name = json_string_value(json_object_get(object, "arm"));
    const fl_study_arm *arm = name ? fl_study_find_arm(study, name) : NULL;
    const json_t *index = json_object_get(object, "index"), *repeat = json_object_get(object, "repeat");
    if (!arm || !json_is_integer(index) || !json_is_integer(repeat)) return false;
    json_int_t numbers[] = { json_integer_value(index), json_integer_value(repeat) };
    *slot = (fl_record_slot){ (size_t)(arm - study->arms), (uint64_t)numbers[0], (uint64_t)numbers[1] };
    return numbers[0] >= 0 && numbers[1] >= 0;
}

/* A number, or a choice by its name; NAN for anything else. */
static double number_of(const json_t *value, const fl_hyper *hyper)
{
    if (hyper->scale == FL_HYPER_CHOICE)
        return json_is_string(value) ? fl_hyper_choice(hyper, json_string_value(value)) : NAN;
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* False where a value is none that the trial can have had; names that nobody knows any more are passed over. */
static bool read_values(const json_t *object, const fl_trial_owners *owners, fl_trial_values *values)
{
    fl_trial_values_default(owners, values);
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value)
    {
        fl_trial_setting setting;
        if (!fl_trial_setting_find(owners, name, &setting, NULL)) continue;
        double number = number_of(value, setting.hyper);
        if (!fl_trial_setting_accepts(&setting, number, NULL)) return false;
        fl_trial_setting_apply(&setting, number, values);
    }
    return true;
}

static void read_text(const json_t *object, const char *key, char *text, size_t size)
{
    const char *value = json_string_value(json_object_get(object, key));
    snprintf(text, size, "%s", value ? value : "");
}

/* What names a trial goes into tables, file lists and commands, so it must be the hash it is said to be. */
static bool read_hash(const json_t *object, const char *key, char text[FL_HASH_TEXT])
{
    const char *value = json_string_value(json_object_get(object, key));
    snprintf(text, FL_HASH_TEXT, "%s", value ? value : "");
    return value && strlen(value) == FL_HASH_TEXT - 1 && strspn(value, "0123456789abcdef") == FL_HASH_TEXT - 1;
}

static char *plain_copy(const json_t *object, const char *key)
{
    char *text = fl_memory_copy_text(json_string_value(json_object_get(object, key)));
    if (text) fl_text_make_plain(text);
    return text;
}

/* A step may be several gradients, of workers or of a rule that asks again; where it diverged is named, and the step
 * may or may not have been done. */
void fl_record_settle_steps(fl_record *record, const char *reason)
{
    static const char diverged[] = " is not finite at step ";
    const char *named = reason ? strstr(reason, diverged) : NULL;
    if (!isnan(record->steps_done)) return;
    record->steps_done = record->has_final ? (double)record->final.step : record->gradient_evaluations;
    if (named) record->steps_done = fmin(record->steps_done, strtod(named + strlen(diverged), NULL));
}

bool fl_record_read(const json_t *object, const fl_study *study, fl_record *record)
{
    char status[16];
    *record = (fl_record){ .steps_to_target = HUGE_VAL };
    read_text(object, "status", status, sizeof status);
    record->status = fl_outcome_status_find(status);
    if (record->status == FL_OUTCOME_STATUSES || !read_slot(object, study, &record->slot) ||
        !read_hash(object, "trial", record->trial) ||
        !read_values(json_object_get(object, "hyperparameters"), &study->arms[record->slot.arm].base.owners,
                     &record->values))
        return false;
    read_text(object, "state_hash", record->state_hash, sizeof record->state_hash);
    read_text(object, "host", record->host, sizeof record->host);
    record->seed = (uint64_t)json_integer_value(json_object_get(object, "seed"));
    fl_outcome_first_losses_read(json_object_get(object, "first_losses"), &record->first_losses);
    record->stopped_at = (size_t)json_integer_value(json_object_get(object, "stopped_at"));
    record->has_final = fl_trial_point_read(json_object_get(object, "final"), &record->final) &&
                        fl_trial_point_read(json_object_get(object, "best"), &record->best);
    if (study->select_averaged) {
        fl_trial_point_take_averaged(&record->final);
        fl_trial_point_take_averaged(&record->best);
    }
    const json_t *steps = json_object_get(object, "steps_to_target");
    if (json_is_number(steps)) record->steps_to_target = json_number_value(steps);
    fl_outcome_seconds_read(json_object_get(object, "seconds"), &record->seconds);
    record->examples_per_second = json_number_value(json_object_get(object, "examples_per_second"));
    record->gradient_evaluations = json_number_value(json_object_get(object, "gradient_evaluations"));
    record->curvature_products = json_number_value(json_object_get(object, "curvature_products"));
    record->n_parameters = (size_t)json_integer_value(json_object_get(object, "n_parameters"));
    const json_t *carriers = json_object_get(object, "carriers");
    record->processes = carriers ? (size_t)json_integer_value(json_object_get(carriers, "processes")) : 1;
    record->reason = plain_copy(object, "reason");
    const json_t *done = json_object_get(object, "steps_done");
    record->steps_done = json_is_number(done) ? json_number_value(done) : NAN;
    fl_record_settle_steps(record, record->reason);
    record->repro = plain_copy(object, "repro");
    record->data = plain_copy(object, "data");
    return true;
}

void fl_record_free(fl_record *record)
{
    free(record->reason);
    free(record->repro);
    free(record->data);
    *record = (fl_record){ .reason = NULL };
}

fl_trial fl_record_trial(const fl_study *study, const fl_record *record)
{
    fl_trial trial = fl_trial_copy(&study->arms[record->slot.arm].base);
    trial.values = record->values;
    trial.seed = record->seed;
    return trial;
}
