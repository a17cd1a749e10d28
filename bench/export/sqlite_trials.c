/* The rows about trials, read from the folder one at a time. Points belong to a trial's identity, which several arms
 * may share, and stand there once. */
#include "export/sqlite_tables.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct tables {
    sqlite_insert trials, hyperparameters, points;
    sqlite3_stmt *known; /* are there points of this trial? */
} tables;

static void add_metrics(sqlite_insert *row, bool has, const fl_trial_point *point)
{
    for (fl_trial_metric m = 0; m < FL_TRIAL_METRICS; m++) sqlite_number(row, has ? point->of[m] : NAN);
}

static void add_seconds(sqlite_insert *row, const fl_outcome_seconds *seconds)
{
    const double parts[] = { seconds->total,     seconds->setup,  seconds->data,     seconds->forward_backward,
                             seconds->curvature, seconds->update, seconds->evaluate, seconds->other };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) sqlite_number(row, parts[i]);
}

static void add_trial(sqlite_insert *row, size_t trial_id, const fl_study *study, const fl_record *record,
                      bool selected)
{
    const fl_trial_point *scored = study->select_best ? &record->best : &record->final;
    sqlite_count(row, trial_id);
    sqlite_count(row, record->slot.arm + 1);
    sqlite_text(row, record->trial);
    sqlite_count(row, record->slot.index);
    sqlite_count(row, record->slot.repeat);
    sqlite_count(row, record->slot.repeat >= FL_STUDY_RERUN_REPEAT);
    sqlite_count(row, selected);
    sqlite_text(row, fl_outcome_status_name(record->status));
    sqlite_text(row, record->reason);
    sqlite_number(row, record->has_final ? scored->of[study->select] : NAN);
    sqlite_number(row, record->has_final ? (double)scored->step : NAN);
    add_metrics(row, record->has_final, scored);
    sqlite_number(row, record->stopped_at ? (double)record->stopped_at : NAN);
    sqlite_number(row, record->steps_to_target);
    sqlite_number(row, record->gradient_evaluations);
    sqlite_number(row, record->curvature_products);
    sqlite_count(row, record->seed);
    sqlite_count(row, study->arms[record->slot.arm].base.threads);
    add_seconds(row, &record->seconds);
    sqlite_number(row, record->examples_per_second);
    sqlite_text(row, *record->state_hash ? record->state_hash : NULL);
    sqlite_text(row, *record->host ? record->host : NULL);
    sqlite_text(row, record->repro);
    sqlite_row(row);
}

/* Does the arm's space settle the hyperparameter that records call `name`, by more than one value? */
static bool is_searched(const fl_study_arm *arm, const char *name)
{
    for (fl_trial_owner owner = 0; owner < FL_TRIAL_OWNERS; owner++) {
        size_t n, prefix = strlen(fl_trial_owner_prefix(owner));
        const fl_hyper *table = fl_trial_owner_table(&arm->base.owners, owner, &n);
        if (strncmp(name, fl_trial_owner_prefix(owner), prefix)) continue;
        for (size_t i = 0; i < n; i++)
            if (!strcmp(name + prefix, table[i].name)) return fl_search_space_settles(arm->space, owner, i);
    }
    return false;
}

static void add_hyperparameters(sqlite_insert *row, size_t trial_id, const fl_study *study, const fl_record *record)
{
    const char *name;
    json_t *value;
    fl_trial trial = fl_record_trial(study, record);
    json_t *hypers = fl_trial_hyperparameters(&trial);
    json_object_foreach(hypers, name, value)
    {
        char *rates = json_is_array(value) ? fl_json_line(value) : NULL;
        sqlite_count(row, trial_id);
        sqlite_text(row, name);
        sqlite_number(row, json_is_number(value) ? json_number_value(value) : NAN);
        sqlite_text(row, rates ? rates : json_string_value(value));
        sqlite_count(row, is_searched(&study->arms[record->slot.arm], name));
        sqlite_row(row);
        free(rates);
    }
    json_decref(hypers);
    fl_trial_free(&trial);
}

static bool has_points(sqlite3_stmt *known, const char *trial)
{
    sqlite3_bind_text(known, 1, trial, -1, SQLITE_TRANSIENT);
    bool found = sqlite3_step(known) == SQLITE_ROW;
    sqlite3_reset(known);
    return found;
}

static void add_points(sqlite_insert *row, const fl_results *results, const char *trial)
{
    size_t n;
    fl_trial_point *points = fl_results_points(results, trial, &n);
    for (size_t i = 0; i < n; i++) {
        sqlite_text(row, trial);
        sqlite_count(row, points[i].step);
        add_metrics(row, true, &points[i]);
        sqlite_number(row, points[i].rate);
        sqlite_number(row, points[i].seconds);
        sqlite_row(row);
    }
    free(points);
}

static bool is_selected(const fl_summary_arm *arm, const fl_results_entry *entry)
{
    return arm->selected && !memcmp(&arm->selected->record->slot, &entry->slot, sizeof entry->slot);
}

static void add_record(tables *into, size_t trial_id, const fl_summary *summary, const fl_results_entry *entry)
{
    const fl_results *results = summary->results;
    fl_record record = fl_results_record(results, entry);
    add_trial(&into->trials, trial_id, results->study, &record, is_selected(&summary->arms[entry->slot.arm], entry));
    add_hyperparameters(&into->hyperparameters, trial_id, results->study, &record);
    if (into->known && !has_points(into->known, record.trial)) add_points(&into->points, results, record.trial);
    fl_record_free(&record);
}

/* Trials of a feasible budget that it did not need are part of no arm. */
static size_t add_arm(tables *into, size_t trial_id, const fl_summary *summary, const fl_results_arm *arm)
{
    for (size_t i = 0; i < arm->n_search; i++) add_record(into, ++trial_id, summary, &arm->search[i]);
    for (size_t i = 0; i < arm->n_reruns; i++) add_record(into, ++trial_id, summary, &arm->reruns[i]);
    return trial_id;
}

size_t sqlite_add_trials(sqlite_database *database, const fl_summary *summary)
{
    size_t n = 0;
    tables into = { .trials = sqlite_insert_into(database, "trials", 35),
                    .hyperparameters = sqlite_insert_into(database, "hyperparameters", 5),
                    .points = sqlite_insert_into(database, "points", 10) };
    sqlite_run(database, "CREATE INDEX points_by_trial ON points (trial, step)");
    if (!*database->why)
        sqlite3_prepare_v2(database->handle, "SELECT 1 FROM points WHERE trial = ?", -1, &into.known, NULL);
    for (size_t i = 0; i < summary->n_arms; i++) n = add_arm(&into, n, summary, &summary->results->arms[i]);
    sqlite_insert_end(&into.trials);
    sqlite_insert_end(&into.hyperparameters);
    sqlite_insert_end(&into.points);
    sqlite3_finalize(into.known);
    return n;
}
