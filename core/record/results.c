/* The readers' side of a result folder: lines to records, the last valid one per slot, arms with their counts. */
#include "record/results.h"
#include "base/file.h"
#include "base/memory.h"
#include "record/line.h"
#include "record/points.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- lines --- */

static void add_damage(fl_results *results, const char *path, size_t line, const char *what)
{
    fl_text where = { 0 };
    fl_text_add(&where, "%s:%zu", path, line);
    results->damage = fl_grow(results->damage, results->n_damage + 1, sizeof *results->damage);
    fl_damage *damage = &results->damage[results->n_damage++];
    damage->where = where.bytes;
    snprintf(damage->what, sizeof damage->what, "%s", what);
}

static void add_record(fl_results *results, size_t *capacity, const fl_record *record)
{
    if (results->n_records == *capacity) {
        *capacity = *capacity ? 2 * *capacity : 256;
        results->records = fl_grow(results->records, *capacity, sizeof *results->records);
    }
    results->records[results->n_records++] = *record;
}

typedef struct reading {
    fl_results *results;
    size_t capacity;
} reading;

static const char *take_trial(reading *r, const json_t *object)
{
    fl_record record;
    if (!fl_record_read(object, r->results->study, &record)) return "is no trial of this study";
    add_record(r->results, &r->capacity, &record);
    return NULL;
}

static const char *take_point(reading *r, const json_t *object)
{
    return fl_points_add(r->results->points, object) ? NULL : "is no point";
}

/* What is wrong with a line of `n` bytes, its newline included; NULL when it was taken. */
static const char *take_line(reading *r, const char *line, size_t n, const char *(*take)(reading *, const json_t *))
{
    if (line[n - 1] != '\n') return "is torn off";
    json_t *object = fl_line_read(line, n - 1);
    const char *wrong = object ? take(r, object) : "does not match its check";
    json_decref(object);
    return wrong;
}

/* Give each good line of a file to `take`; name the others. */
static void read_lines(reading *r, const char *path, const char *(*take)(reading *, const json_t *))
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t capacity = 0, number = 1;
    if (!file) add_damage(r->results, path, number, "cannot be read");
    for (ssize_t n; file && (n = getline(&line, &capacity, file)) > 0; number++) {
        const char *wrong = take_line(r, line, (size_t)n, take);
        if (wrong) add_damage(r->results, path, number, wrong);
    }
    if (file) fclose(file);
    free(line);
}

/* Does `name` read "STEM.ENDING" or "STEM.I-of-N.ENDING"? */
static bool belongs(const char *name, const char *stem, const char *ending)
{
    size_t n = strlen(stem), i = 0, of = 0;
    char plain[64], rest[32] = "";
    snprintf(plain, sizeof plain, "%s.%s", stem, ending);
    if (!strcmp(name, plain)) return true;
    return !strncmp(name, stem, n) && sscanf(name + n, ".%zu-of-%zu.%31s", &i, &of, rest) == 3 && !strcmp(rest, ending);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Call `read` with the path of every file of a kind, in the order of their names. */
static void each_file(fl_results *results, const char *stem, const char *ending, void (*read)(reading *, const char *),
                      reading *r)
{
    struct dirent **entries;
    int n = scandir(results->folder, &entries, NULL, by_name);
    for (int i = 0; i < n; i++) {
        char path[FL_PATH_MAX];
        if (belongs(entries[i]->d_name, stem, ending)) {
            fl_path_join(path, results->folder, entries[i]->d_name);
            read(r, path);
        }
        free(entries[i]);
    }
    if (n >= 0) free(entries);
}

static void read_trials(reading *r, const char *path)
{
    read_lines(r, path, take_trial);
}

static void read_points(reading *r, const char *path)
{
    read_lines(r, path, take_point);
}

static void read_hosts(reading *r, const char *path)
{
    json_error_t trouble;
    json_t *file = json_load_file(path, 0, &trouble);
    json_t *hosts = json_object_get(file, "hosts");
    if (json_is_object(hosts))
        json_object_update(r->results->hosts, hosts);
    else
        add_damage(r->results, path, file || trouble.line < 1 ? 1 : (size_t)trouble.line, "does not list the hosts");
    json_decref(file);
}

/* --- from lines to arms --- */

static int by_number(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int by_slot(const void *left, const void *right)
{
    const fl_slot *a = &((const fl_record *)left)->slot, *b = &((const fl_record *)right)->slot;
    bool a_rerun = a->repeat >= FL_RERUN_REPEAT, b_rerun = b->repeat >= FL_RERUN_REPEAT;
    if (a->arm != b->arm) return by_number(a->arm, b->arm);
    if (a_rerun != b_rerun) return a_rerun ? 1 : -1;
    if (a->index != b->index) return by_number(a->index, b->index);
    return by_number(a->repeat, b->repeat);
}

/* A merge sort over equal keys must keep the order of the lines, which qsort does not promise: the line's place decides. */
static int by_slot_then_line(const void *left, const void *right)
{
    const fl_record *const *a = left, *const *b = right;
    int order = by_slot(*a, *b);
    return order ? order : by_number((uintptr_t)*a, (uintptr_t)*b);
}

/* Sort the records and keep the last of each slot. */
static void settle_records(fl_results *results)
{
    size_t n = results->n_records, kept = 0;
    fl_record **order = fl_new(n, sizeof *order), *sorted = fl_new(n, sizeof *sorted);
    for (size_t i = 0; i < n; i++) order[i] = &results->records[i];
    qsort(order, n, sizeof *order, by_slot_then_line);
    for (size_t i = 0; i < n; i++) {
        if (i + 1 < n && !by_slot(order[i], order[i + 1]))
            fl_record_free(order[i]);
        else
            sorted[kept++] = *order[i];
    }
    free(order);
    free(results->records);
    results->records = sorted;
    results->n_records = kept;
}

size_t fl_trials_needed(const bool *feasible, size_t n_known, size_t wanted)
{
    size_t n = 0, found = 0;
    while (n < n_known && found < wanted) found += feasible[n++];
    return n;
}

static size_t count_trials(const fl_study *study, fl_record **records, size_t n_records, bool *filled)
{
    size_t n = study->feasible ? study->max_trials : study->trials, done = 0;
    bool *feasible = fl_new(n, sizeof *feasible);
    for (size_t i = 0; i < n_records; i++) {
        const fl_record *record = records[i];
        if (record->slot.repeat || record->slot.index >= n || record->status == FL_FAILED) continue;
        feasible[record->slot.index] = record->status == FL_COMPLETE;
        done += study->feasible ? record->status == FL_COMPLETE : 1;
    }
    if (study->feasible) n = fl_trials_needed(feasible, n, study->trials);
    free(feasible);
    *filled = done >= study->trials;
    return n;
}

static void count_statuses(fl_arm_results *arm)
{
    for (size_t i = 0; i < arm->n_search; i++) {
        arm->n_complete += arm->search[i]->status == FL_COMPLETE;
        arm->n_infeasible += arm->search[i]->status == FL_INFEASIBLE;
        arm->n_failed += arm->search[i]->status == FL_FAILED;
    }
}

/* Split one arm's records, `all`, into search and reruns, and leave out what lies beyond its budget. */
static void settle_arm(const fl_study *study, fl_arm_results *arm, fl_record **all, size_t n)
{
    size_t searched = 0;
    while (searched < n && all[searched]->slot.repeat < FL_RERUN_REPEAT) searched++;
    arm->search = all;
    arm->reruns = all + searched;
    arm->n_reruns = n - searched;
    arm->n_trials = count_trials(study, all, searched, &arm->filled);
    while (searched && all[searched - 1]->slot.index >= arm->n_trials) searched--;
    arm->n_search = searched;
    count_statuses(arm);
}

/* Reruns count only for the trial that is selected now. */
static void keep_selected_reruns(const fl_results *results, fl_arm_results *arm)
{
    size_t n, kept = 0;
    fl_score *scores = fl_results_scores(results, arm, &n);
    const fl_score *best = fl_score_best(scores, n);
    for (size_t i = 0; i < arm->n_reruns; i++)
        if (best && arm->reruns[i]->slot.index == best->index) arm->reruns[kept++] = arm->reruns[i];
    arm->n_reruns = kept;
    free(scores);
}

static void settle_arms(fl_results *results)
{
    size_t n_arms = results->study->n_arms;
    fl_record **pointers = fl_new(results->n_records, sizeof *pointers);
    for (size_t i = 0; i < results->n_records; i++) pointers[i] = &results->records[i];
    results->arms = fl_new(n_arms, sizeof *results->arms);
    results->pointers = pointers;
    for (size_t arm = 0, at = 0; arm < n_arms; arm++) {
        size_t first = at;
        while (at < results->n_records && results->records[at].slot.arm == arm) at++;
        settle_arm(results->study, &results->arms[arm], pointers + first, at - first);
        keep_selected_reruns(results, &results->arms[arm]);
    }
}

/* --- the whole --- */

fl_results *fl_results_read(const char *folder, fl_error *error)
{
    char path[FL_PATH_MAX];
    fl_path_join(path, folder, "study.json");
    if (!fl_file_exists(path)) {
        fl_user_error(error, "%.600s: is no result folder: it holds no study.json", folder);
        return NULL;
    }
    fl_study *study = fl_study_load(path, NULL, error);
    if (!study) return NULL;
    fl_results *results = fl_new(1, sizeof *results);
    *results = (fl_results){ .folder = fl_copy_text(folder), .study = study, .hosts = json_object(), .points = fl_points_new() };
    reading r = { .results = results };
    each_file(results, "host", "json", read_hosts, &r);
    each_file(results, "trials", "jsonl", read_trials, &r);
    each_file(results, "points", "jsonl", read_points, &r);
    fl_points_settle(results->points);
    settle_records(results);
    settle_arms(results);
    return results;
}

void fl_results_free(fl_results *results)
{
    if (!results) return;
    for (size_t i = 0; i < results->n_records; i++) fl_record_free(&results->records[i]);
    for (size_t i = 0; i < results->n_damage; i++) free(results->damage[i].where);
    fl_points_free(results->points);
    fl_study_free(results->study);
    json_decref(results->hosts);
    free(results->pointers);
    free(results->damage);
    free(results->records);
    free(results->arms);
    free(results->folder);
    free(results);
}

const fl_point *fl_results_points(const fl_results *results, const fl_record *record, size_t *n)
{
    return fl_points_of(results->points, record->trial, n);
}
