/* A row per trial with everything that was chosen and everything that came of it. Hyperparameters are the union of all
 * arms': a column that an arm does not have is empty there. */
#include "say/csv.h"
#include "export/export.h"

#include <math.h>
#include <stdlib.h>

static const char *const first_columns[] = { "study",      "arm",      "index",      "repeat",   "trial",   "status",
                                             "reason",     "workload", "optimizer",  "schedule", "backend", "precision",
                                             "batch_size", "steps",    "eval_every", "threads",  "seed",    NULL };
static const char *const last_columns[] = { "stopped_at",
                                            "steps_to_target",
                                            "gradient_evaluations",
                                            "curvature_products",
                                            "seconds",
                                            "seconds_setup",
                                            "seconds_data",
                                            "seconds_forward_backward",
                                            "seconds_curvature",
                                            "seconds_update",
                                            "seconds_evaluate",
                                            "seconds_other",
                                            "examples_per_second",
                                            "state_hash",
                                            "host",
                                            "repro",
                                            NULL };

/* --- the heading --- */

/* All arms' hyperparameters by name, in the order they are met. */
static json_t *hyper_names(const fl_study *study)
{
    json_t *names = json_object();
    for (size_t i = 0; i < study->n_arms; i++) {
        fl_trial trial = fl_study_trial(study, &study->arms[i], 0, 0);
        json_t *hypers = fl_trial_hyperparameters(&trial);
        json_object_update_missing(names, hypers);
        json_decref(hypers);
        fl_trial_free(&trial);
    }
    return names;
}

static void add_names(fl_text *row, const char *const *names)
{
    for (; *names; names++) csv_text(row, *names);
}

static void add_point_names(fl_text *row, const char *when)
{
    char name[64];
    snprintf(name, sizeof name, "%s_step", when);
    csv_text(row, name);
    for (fl_trial_metric m = 0; m < FL_TRIAL_METRICS; m++) {
        snprintf(name, sizeof name, "%s_%s", when, fl_trial_metric_name(m));
        csv_text(row, name);
    }
}

static void add_heading(fl_text *row, json_t *hypers)
{
    const char *name;
    json_t *value;
    add_names(row, first_columns);
    json_object_foreach(hypers, name, value) csv_text(row, name);
    add_point_names(row, "final");
    add_point_names(row, "best");
    add_names(row, last_columns);
    csv_end(row);
}

/* --- a row --- */

static void add_choices(fl_text *row, const fl_study *study, const fl_record *record, const fl_trial *trial)
{
    const char *names[FL_TRIAL_NAMES];
    fl_trial_names(trial, names);
    csv_text(row, study->name);
    csv_text(row, study->arms[record->slot.arm].name);
    csv_count(row, record->slot.index);
    csv_count(row, record->slot.repeat);
    csv_text(row, record->trial);
    csv_text(row, fl_outcome_status_name(record->status));
    csv_text(row, record->reason);
    for (size_t i = 0; i < FL_TRIAL_NAMES; i++) csv_text(row, names[i]);
    csv_count(row, trial->batch_size);
    csv_count(row, trial->steps);
    csv_count(row, trial->eval_every);
    csv_count(row, trial->threads);
    csv_count(row, trial->seed);
}

/* A number, a choice's name, the rates of schedule `list` as JSON, or nothing. */
static void add_hyper(fl_text *row, const json_t *value)
{
    if (json_is_number(value)) {
        csv_number(row, json_number_value(value));
    } else if (json_is_array(value)) {
        char *rates = fl_json_line(value);
        csv_text(row, rates);
        free(rates);
    } else {
        csv_text(row, json_string_value(value));
    }
}

static void add_hypers(fl_text *row, json_t *names, const fl_trial *trial)
{
    const char *name;
    json_t *any, *hypers = fl_trial_hyperparameters(trial);
    json_object_foreach(names, name, any) add_hyper(row, json_object_get(hypers, name));
    json_decref(hypers);
}

static void add_point(fl_text *row, bool has, const fl_trial_point *point)
{
    csv_number(row, has ? (double)point->step : NAN);
    for (fl_trial_metric m = 0; m < FL_TRIAL_METRICS; m++) csv_number(row, has ? point->of[m] : NAN);
}

static void add_seconds(fl_text *row, const fl_outcome_seconds *seconds)
{
    csv_number(row, seconds->total);
    csv_number(row, seconds->setup);
    csv_number(row, seconds->data);
    csv_number(row, seconds->forward_backward);
    csv_number(row, seconds->curvature);
    csv_number(row, seconds->update);
    csv_number(row, seconds->evaluate);
    csv_number(row, seconds->other);
}

static void add_record(fl_text *row, const fl_study *study, json_t *names, const fl_record *record)
{
    fl_trial trial = fl_record_trial(study, record);
    add_choices(row, study, record, &trial);
    add_hypers(row, names, &trial);
    add_point(row, record->has_final, &record->final);
    add_point(row, record->has_final, &record->best);
    csv_number(row, record->stopped_at ? (double)record->stopped_at : NAN);
    csv_number(row, record->steps_to_target);
    csv_number(row, record->gradient_evaluations);
    csv_number(row, record->curvature_products);
    add_seconds(row, &record->seconds);
    csv_number(row, record->examples_per_second);
    csv_text(row, record->state_hash);
    csv_text(row, record->host);
    csv_text(row, record->repro);
    csv_end(row);
    fl_trial_free(&trial);
}

static void write_rows(const fl_results *results, json_t *names, const fl_results_entry *entries, size_t n, FILE *file)
{
    fl_text row = { 0 };
    for (size_t i = 0; i < n; i++) {
        fl_record record = fl_results_record(results, &entries[i]);
        row.length = 0;
        add_record(&row, results->study, names, &record);
        fl_record_free(&record);
        fputs(row.bytes, file);
    }
    fl_text_free(&row);
}

static bool write_csv(const fl_results *results, FILE *file, export_content *content, fl_error *error)
{
    fl_text heading = { 0 };
    json_t *names = hyper_names(results->study);
    add_heading(&heading, names);
    fputs(heading.bytes, file);
    for (size_t i = 0; i < results->study->n_arms; i++) {
        const fl_results_arm *arm = &results->arms[i];
        write_rows(results, names, arm->search, arm->n_search, file);
        write_rows(results, names, arm->reruns, arm->n_reruns, file);
        content->n += arm->n_search + arm->n_reruns;
    }
    fl_text_free(&heading);
    json_decref(names);
    return true;
}

const export_format export_csv = {
    .name = "csv",
    .mark = "study,arm,index,repeat,trial,status,reason,",
    .write = write_csv,
};
