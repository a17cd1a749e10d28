/* The readers' side of a result folder: its study, its records in arms, and what is asked of them afterwards. */
#include "results/results_parts.h"
#include "results/curvature.h"
#include "results/timeline.h"
#include "base/file.h"
#include "base/memory.h"
#include "record/line.h"
#include "record/log.h"
#include "results/points.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* A trial whose points are gone has no figures beside the others' best ones. What fl_results_points gives are the scored
 * weights' metrics already, the averaged ones' where the study scores those. */
static void score_entry_later(fl_results *results, fl_results_entry *entry)
{
    const fl_study *study = results->study;
    size_t n = 0;
    fl_trial_point *points = entry->status == FL_OUTCOME_COMPLETE ? fl_results_points(results, entry->trial, &n) : NULL;
    if (study->select_later && study->select_best)
        fl_results_figures_at(study, n ? fl_record_best_point(points, n, study->select, false) : NULL, &entry->figures);
    if (study->target_later)
        entry->figures.steps_to_target =
            fl_record_steps_to_target(points, n, study->target, study->target_value, false);
    results->n_without_points += entry->status == FL_OUTCOME_COMPLETE && !n;
    free(points);
}

/* Records hold the score and the steps to the target that the study asked for; another choice is looked up among the
 * points. */
static void score_later(fl_results *results)
{
    const fl_study *study = results->study;
    if (!study->target_later && !(study->select_later && study->select_best)) return;
    for (size_t i = 0; i < results->n_records; i++) score_entry_later(results, &results->records[i]);
}

fl_results *fl_results_read(const char *folder, fl_error *error)
{
    return fl_results_read_as(folder, NULL, error);
}

fl_results *fl_results_read_as(const char *folder, const fl_study_overrides *later, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, "study.json");
    if (!fl_file_exists(path)) {
        fl_error_user(error, "%.600s: not a result folder: it has no study.json", folder);
        return NULL;
    }
    fl_study *study = fl_study_load(path, later, error);
    if (!study) return NULL;
    fl_results *results = fl_memory_new(1, sizeof *results);
    *results = (fl_results){ .folder = fl_memory_copy_text(folder), .study = study, .hosts = json_object() };
    results->points = fl_results_points_new(folder, error);
    if (!results->points || !fl_results_read_hosts(results, error) || !fl_results_read_trials(results, error)) {
        fl_results_free(results);
        return NULL;
    }
    fl_results_keep_last(results);
    score_later(results);
    fl_results_split_arms(results);
    results->quiet = fl_record_log_quiet(folder);
    if (study->claims.declared)
        results->earlier_looks = fl_record_log_looks(folder, study->trials, study->trials > study->claims.trials);
    return results;
}

void fl_results_free(fl_results *results)
{
    if (!results) return;
    for (size_t i = 0; i < results->n_damage; i++) free(results->damage[i].where);
    fl_results_points_free(results->points);
    fl_results_files_free(results->trials);
    fl_study_free(results->study);
    json_decref(results->hosts);
    free(results->host_keys);
    free(results->damage);
    free(results->twins);
    free(results->records);
    free(results->arms);
    free(results->costs);
    free(results->folder);
    free(results);
    malloc_trim(0); /* the supervisor lives on for days, and needs nothing of this */
}

fl_record fl_results_record(const fl_results *results, const fl_results_entry *entry)
{
    size_t n;
    fl_record record;
    const char *line = fl_results_files_line(results->trials, entry->place, &n);
    json_t *object = line ? fl_record_line_read(line, n - 1) : NULL;
    if (!object || !fl_record_read(object, results->study, &record))
        fl_error_give_up("%s: the line of trial %s has gone while the folder was being read", results->folder,
                         entry->trial);
    json_decref(object);
    return record;
}

fl_trial_point *fl_results_points(const fl_results *results, const char *trial, size_t *n)
{
    fl_trial_point *points = fl_results_points_of(results->points, trial, n);
    for (size_t i = 0; results->study->select_averaged && i < *n; i++) fl_trial_point_take_averaged(&points[i]);
    return points;
}

static void damaged(void *user, const char *path, size_t line, const char *what)
{
    fl_results_add_damage_in(user, path, line, what);
}

bool fl_results_check_points(fl_results *results, fl_error *error)
{
    return fl_results_points_check(results->points, results, damaged, error) &&
           fl_results_lines_check(results->folder, &fl_results_curvatures, results, damaged, error) &&
           fl_results_lines_check(results->folder, &fl_results_timelines, results, damaged, error);
}

/* What two runs of one trial agree in, if the bits are the same. */
static bool tells_the_same(const json_t *a, const json_t *b)
{
    static const char *const fields[] = { "trial", "status", "state_hash", "first_losses", "final" };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (!json_equal(json_object_get(a, fields[i]), json_object_get(b, fields[i]))) return false;
    return true;
}

static json_t *line_at(const fl_results *results, fl_results_place place)
{
    size_t n;
    const char *line = fl_results_files_line(results->trials, place, &n);
    return line ? fl_record_line_read(line, n - 1) : NULL;
}

void fl_results_check_twins(fl_results *results)
{
    for (const fl_results_twin *twin = results->twins; twin < results->twins + results->n_twins; twin++) {
        json_t *kept = line_at(results, twin->kept), *other = line_at(results, twin->other);
        const char *arm = results->study->arms[twin->slot.arm].name;
        fl_text where = { 0 };
        fl_text_add(&where, "%s and %s: %s, index %llu, repeat %llu",
                    fl_results_files_path(results->trials, fl_results_place_file(twin->kept)),
                    fl_results_files_path(results->trials, fl_results_place_file(twin->other)), arm,
                    (unsigned long long)twin->slot.index, (unsigned long long)twin->slot.repeat);
        if (!tells_the_same(kept, other))
            fl_results_add_damage(results, where.bytes, "two results of one trial that differ");
        fl_text_free(&where);
        json_decref(kept);
        json_decref(other);
    }
}

bool fl_results_lacks_points(const fl_results *results, const fl_results_entry *entry)
{
    return entry->n_points && !fl_results_points_complete(results->points, entry->trial, entry->n_points);
}
