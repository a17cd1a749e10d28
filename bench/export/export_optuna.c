/* A journal as optuna.storages.JournalFileStorage reads it (Optuna 3.1 and later): one operation per line, an Optuna
 * study per arm, "STUDY/ARM". Parameters are the axes as they were sampled, so that Optuna's importances see
 * independent axes. Infeasible trials are pruned ones, failed trials failed ones; reruns are no part of a search and
 * stay out.
 */
#include "export/export.h"
#include "stats/axis.h"

#include <math.h>
#include <stdlib.h>

enum { CREATE_STUDY = 0, CREATE_TRIAL = 4 }; /* optuna.storages._journal.storage.JournalOperation */
enum { COMPLETE = 1, PRUNED = 2, FAIL = 3 }; /* optuna.trial.TrialState */
enum { MINIMIZE = 1 };                       /* optuna.study.StudyDirection */

static const int states[FL_OUTCOME_STATUSES] = {
    [FL_OUTCOME_COMPLETE] = COMPLETE, [FL_OUTCOME_INFEASIBLE] = PRUNED, [FL_OUTCOME_FAILED] = FAIL
};

static void write_line(json_t *object, FILE *file)
{
    char *line = fl_json_line(object);
    fprintf(file, "%s\n", line);
    free(line);
    json_decref(object);
}

/* --- axes --- */

static bool is_choice(const fl_search_axis *axis)
{
    return axis->setting.hyper->scale == FL_HYPER_CHOICE && !axis->setting.coupling;
}

/* A distribution travels as JSON inside a string. */
static json_t *distribution_json(const fl_search_axis *axis)
{
    json_t *object;
    if (is_choice(axis)) {
        json_t *names = json_array();
        for (const char *const *choice = axis->setting.hyper->choices; *choice; choice++)
            json_array_append_new(names, json_string(*choice));
        object = json_pack("{s:s, s:{s:o}}", "name", "CategoricalDistribution", "attributes", "choices", names);
    } else {
        double min, max;
        fl_stats_axis_ends(axis, &min, &max);
        object = json_pack("{s:s, s:{s:n, s:f, s:f, s:b}}", "name", "FloatDistribution", "attributes", "step", "low",
                           min, "high", max, "log", fl_stats_axis_log(axis));
    }
    char *line = fl_json_line(object);
    json_t *text = json_string(line);
    free(line);
    json_decref(object);
    return text;
}

/* The axis's value within its ends: undoing 1 - x or a quotient may step a digit over them. A choice is its place. */
static json_t *param_json(const fl_search_axis *axis, const fl_trial_values *values)
{
    double min, max, value = fl_stats_axis_value(axis, values);
    if (is_choice(axis)) return json_integer((json_int_t)value);
    fl_stats_axis_ends(axis, &min, &max);
    return json_real(fmin(fmax(value, min), max));
}

static void add_params(json_t *trial, const fl_search_space *space, const fl_trial_values *values)
{
    json_t *params = json_object(), *distributions = json_object();
    for (size_t i = 0; i < space->n_axes; i++) {
        const fl_search_axis *axis = &space->axes[i];
        if (axis->n_points == 1) continue;
        json_object_set_new(params, axis->name, param_json(axis, values));
        json_object_set_new(distributions, axis->name, distribution_json(axis));
    }
    json_object_set_new(trial, "params", params);
    json_object_set_new(trial, "distributions", distributions);
}

/* --- trials --- */

static json_t *value_json(const fl_study *study, const fl_record *record)
{
    const fl_trial_point *scored = study->select_best ? &record->best : &record->final;
    return record->status == FL_OUTCOME_COMPLETE && record->has_final ? fl_json_finite(scored->of[study->select])
                                                                      : json_null();
}

/* The selection's metric at each evaluation. */
static json_t *intermediate_json(const fl_results *results, const fl_record *record)
{
    size_t n;
    char step[24];
    fl_trial_point *points = fl_results_points(results, record->trial, &n);
    json_t *values = json_object();
    for (size_t i = 0; i < n; i++) {
        double value = points[i].of[results->study->select];
        snprintf(step, sizeof step, "%zu", points[i].step);
        if (isfinite(value)) json_object_set_new(values, step, json_real(value));
    }
    free(points);
    return values;
}

static json_t *attributes_json(const fl_study *study, const fl_record *record)
{
    fl_trial trial = fl_record_trial(study, record);
    const fl_trial_point *scored = study->select_best ? &record->best : &record->final;
    json_t *attributes = json_pack("{s:s, s:I, s:I, s:s, s:o, s:f, s:o, s:s?, s:s?}", "trial", record->trial, "index",
                                   (json_int_t)record->slot.index, "repeat", (json_int_t)record->slot.repeat, "status",
                                   fl_outcome_status_name(record->status), "test_error",
                                   record->has_final ? fl_json_finite(scored->of[FL_TRIAL_TEST_ERROR]) : json_null(),
                                   "seconds", record->seconds.total, "hyperparameters",
                                   fl_trial_hyperparameters(&trial), "reason", record->reason, "repro", record->repro);
    fl_trial_free(&trial);
    return attributes;
}

static json_t *trial_json(const fl_results *results, size_t study_id, const fl_results_entry *entry)
{
    const fl_study *study = results->study;
    fl_record whole = fl_results_record(results, entry), *record = &whole;
    json_t *value = value_json(study, record);
    bool unscored =
        record->status == FL_OUTCOME_COMPLETE && json_is_null(value); /* Optuna's complete trials have a value */
    json_t *trial = json_pack("{s:i, s:s, s:I, s:n, s:i, s:o, s:o, s:o}", "op_code", CREATE_TRIAL, "worker_id",
                              "fairlead", "study_id", (json_int_t)study_id, "datetime_start", "state",
                              unscored ? PRUNED : states[record->status], "value", value, "intermediate_values",
                              intermediate_json(results, record), "user_attrs", attributes_json(study, record));
    add_params(trial, study->arms[record->slot.arm].space, &record->values);
    fl_record_free(record);
    return trial;
}

static bool write_optuna(const fl_results *results, FILE *file, export_content *content, fl_error *error)
{
    const fl_study *study = results->study;
    for (size_t arm = 0; arm < study->n_arms; arm++) {
        fl_text name = { 0 };
        fl_text_add(&name, "%s/%s", study->name, study->arms[arm].name);
        write_line(json_pack("{s:i, s:s, s:s, s:[i]}", "op_code", CREATE_STUDY, "worker_id", "fairlead", "study_name",
                             name.bytes, "directions", MINIMIZE),
                   file);
        fl_text_free(&name);
        for (size_t i = 0; i < results->arms[arm].n_search; i++, content->n++)
            write_line(trial_json(results, arm, &results->arms[arm].search[i]), file);
    }
    return true;
}

const export_format export_optuna = {
    .name = "optuna",
    .mark = "{\"op_code\":0,\"worker_id\":\"fairlead\",",
    .write = write_optuna,
};
