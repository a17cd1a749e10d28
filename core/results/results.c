/* The readers' side of a result folder: lines to records, the last valid one per slot, arms with their counts. */
#include "results/results.h"
#include "results/curvature.h"
#include "results/timeline.h"
#include "base/file.h"
#include "base/memory.h"
#include "record/line.h"
#include "record/log.h"
#include "results/points.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- lines --- */

static void add_damage_at(fl_results *results, const char *where, const char *what)
{
    results->damage = fl_memory_grow(results->damage, results->n_damage + 1, sizeof *results->damage);
    fl_results_damage *damage = &results->damage[results->n_damage++];
    damage->where = fl_memory_copy_text(where);
    snprintf(damage->what, sizeof damage->what, "%s", what);
}

static void add_damage(fl_results *results, const char *path, size_t line, const char *what)
{
    fl_text where = { 0 };
    fl_text_add(&where, "%s:%zu", path, line);
    add_damage_at(results, where.bytes, what);
    fl_text_free(&where);
}

static void damaged(void *user, const char *path, size_t line, const char *what)
{
    add_damage(user, path, line, what);
}

/* The number of a host's key among those met so far, the latest of which is the likeliest. */
static unsigned number_of(fl_results *results, const char *key)
{
    size_t i = results->n_host_keys;
    while (i-- > 0)
        if (!strcmp(results->host_keys[i], key)) return (unsigned)i;
    results->host_keys = fl_memory_grow(results->host_keys, results->n_host_keys + 1, sizeof *results->host_keys);
    memcpy(results->host_keys[results->n_host_keys], key, sizeof *results->host_keys);
    return (unsigned)results->n_host_keys++;
}

/* How many evaluations a complete trial had. */
static unsigned evaluations_of(const fl_study *study, const fl_record *record)
{
    const fl_trial *base = &study->arms[record->slot.arm].base;
    return record->has_final ? (unsigned)fl_trial_evaluations(base, record->final.step) : 0;
}

static fl_results_entry entry_of(fl_results *results, const fl_record *record, fl_results_place place)
{
    fl_results_entry entry = {
        .slot = record->slot,
        .place = place,
        .status = record->status,
        .host = number_of(results, record->host),
        .n_points = evaluations_of(results->study, record),
        .stopped_early = record->stopped_at > 0,
    };
    memcpy(entry.trial, record->trial, sizeof entry.trial);
    entry.figures = fl_results_figures_of(results->study, record);
    return entry;
}

typedef struct reading {
    fl_results *results;
    size_t capacity;
} reading;

static void add_record(reading *r, const fl_record *record, fl_results_place place)
{
    fl_results *results = r->results;
    if (results->n_records == r->capacity) {
        r->capacity = r->capacity ? 2 * r->capacity : 256;
        results->records = fl_memory_grow(results->records, r->capacity, sizeof *results->records);
    }
    results->records[results->n_records++] = entry_of(results, record, place);
}

static void add_cost(fl_results *results, const fl_record *record)
{
    fl_results_cost *cost = &results->costs[record->slot.arm];
    double threads = results->study->arms[record->slot.arm].base.threads;
    cost->runs++;
    cost->steps += record->has_final ? (double)record->final.step : record->gradient_evaluations;
    cost->core_seconds += threads * record->seconds.total;
    cost->evaluate_core_seconds += threads * record->seconds.evaluate;
}

static bool read_whole(const char *line, size_t n, const fl_study *study, fl_record *record)
{
    json_t *object = json_loadb(line, n, JSON_REJECT_DUPLICATES, NULL);
    bool good = object && fl_record_read(object, study, record);
    json_decref(object);
    return good;
}

static const char *take_trial(void *user, const char *line, size_t n, fl_results_place place)
{
    reading *r = user;
    const fl_study *study = r->results->study;
    fl_record record;
    if (!fl_record_line_good(line, n - 1)) return "does not match its check";
    if (!fl_record_scan(line, n - 1, study, &record) && !read_whole(line, n - 1, study, &record))
        return "is no trial of this study";
    add_record(r, &record, place);
    add_cost(r->results, &record);
    fl_record_free(&record);
    return NULL;
}

static void damaged_trial(void *user, const char *path, size_t line, const char *what)
{
    add_damage(((reading *)user)->results, path, line, what);
}

static bool read_trials(fl_results *results, fl_error *error)
{
    reading r = { .results = results };
    const fl_results_reader reader = { &r, take_trial, damaged_trial };
    results->costs = fl_memory_new(results->study->n_arms, sizeof *results->costs);
    results->trials = fl_results_files_open(results->folder, "trials", "jsonl", error);
    return results->trials && fl_results_files_read(results->trials, &reader, error);
}

static bool read_host(fl_results *results, const char *path, fl_error *error)
{
    char *text;
    size_t n;
    json_error_t trouble;
    if (!fl_file_read(path, &text, &n, error)) return false;
    json_t *file = json_loadb(text, n, 0, &trouble);
    json_t *hosts = json_object_get(file, "hosts");
    if (json_is_object(hosts))
        json_object_update(results->hosts, hosts);
    else
        add_damage(results, path, file || trouble.line < 1 ? 1 : (size_t)trouble.line, "does not list the hosts");
    json_decref(file);
    free(text);
    return true;
}

static bool read_hosts(fl_results *results, fl_error *error)
{
    fl_results_files *files = fl_results_files_open(results->folder, "host", "json", error);
    bool fine = files;
    for (size_t i = 0; fine && i < fl_results_files_count(files); i++)
        fine = read_host(results, fl_results_files_path(files, i), error);
    fl_results_files_free(files);
    return fine;
}

/* --- from lines to arms --- */

static int by_number(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int by_slot(const void *left, const void *right)
{
    const fl_record_slot *a = &((const fl_results_entry *)left)->slot, *b = &((const fl_results_entry *)right)->slot;
    bool a_rerun = a->repeat >= FL_STUDY_RERUN_REPEAT, b_rerun = b->repeat >= FL_STUDY_RERUN_REPEAT;
    if (a->arm != b->arm) return by_number(a->arm, b->arm);
    if (a_rerun != b_rerun) return a_rerun ? 1 : -1;
    if (a->index != b->index) return by_number(a->index, b->index);
    return by_number(a->repeat, b->repeat);
}

/* Of one slot the record that counts comes last: one that did not fail after those that did, else by place. */
static int by_slot_then_place(const void *left, const void *right)
{
    const fl_results_entry *a = left, *b = right;
    int order = by_slot(a, b);
    if (!order) order = (b->status == FL_OUTCOME_FAILED) - (a->status == FL_OUTCOME_FAILED);
    return order ? order : by_number(a->place, b->place);
}

/* Within one file a later line replaces an earlier one on purpose. */
static void note_twin(fl_results *results, const fl_results_entry *a, const fl_results_entry *b)
{
    bool failed = a->status == FL_OUTCOME_FAILED || b->status == FL_OUTCOME_FAILED;
    if (failed || fl_results_place_file(a->place) == fl_results_place_file(b->place)) return;
    results->twins = fl_memory_grow(results->twins, results->n_twins + 1, sizeof *results->twins);
    results->twins[results->n_twins++] = (fl_results_twin){ a->slot, b->place, a->place };
}

/* Sort the records and keep the last of each slot. */
static void settle_records(fl_results *results)
{
    size_t n = results->n_records, kept = 0;
    fl_results_entry *records = results->records;
    if (n) qsort(records, n, sizeof *records, by_slot_then_place);
    for (size_t i = 0; i < n; i++) {
        bool last = i + 1 == n || by_slot(&records[i], &records[i + 1]);
        if (last)
            records[kept++] = records[i];
        else
            note_twin(results, &records[i], &records[i + 1]);
    }
    results->n_records = kept;
}

size_t fl_results_trials_needed(const bool *feasible, size_t n_known, size_t wanted)
{
    size_t n = 0, found = 0;
    while (n < n_known && found < wanted) found += feasible[n++];
    return n;
}

static size_t sum(const bool *flags, size_t n)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) found += flags[i];
    return found;
}

/* How the repeats of one trial ended. */
typedef struct ending {
    uint64_t index;
    size_t n_complete, n_infeasible, n_failed;
} ending;

/* The ending of the trial whose records begin at `next`, which moves on to those of the next trial. */
static ending ending_of(const fl_results_entry **next, const fl_results_entry *end, size_t repeats)
{
    ending e = { .index = (*next)->slot.index };
    for (; *next < end && (*next)->slot.index == e.index; (*next)++) {
        if ((*next)->slot.repeat >= repeats) continue;
        e.n_complete += (*next)->status == FL_OUTCOME_COMPLETE;
        e.n_infeasible += (*next)->status == FL_OUTCOME_INFEASIBLE;
        e.n_failed += (*next)->status == FL_OUTCOME_FAILED;
    }
    return e;
}

/* An arm's n, from records sorted by slot. The budget is filled when every repeat of each of the n is there and did not
 * fail, and, if they are to be, enough of the n are feasible. */
static size_t count_trials(const fl_study *study, const fl_results_entry *records, size_t n_records, bool *filled)
{
    size_t n = study->feasible ? study->max_trials : study->trials;
    bool *feasible = fl_memory_new(n, sizeof *feasible), *ended = fl_memory_new(n, sizeof *ended);
    for (const fl_results_entry *next = records, *end = records + n_records; next < end;) {
        ending e = ending_of(&next, end, study->repeats);
        if (e.index >= n) continue;
        feasible[e.index] = e.n_complete == study->repeats;
        ended[e.index] = e.n_complete + e.n_infeasible == study->repeats;
    }
    if (study->feasible) n = fl_results_trials_needed(feasible, n, study->trials);
    *filled = sum(ended, n) == n && (!study->feasible || sum(feasible, n) == study->trials);
    free(feasible);
    free(ended);
    return n;
}

/* Trials, not repeats: a trial is complete when all its repeats are, failed as soon as one is, and else infeasible as
 * soon as one is. */
static void count_statuses(fl_results_arm *arm, size_t repeats)
{
    for (const fl_results_entry *next = arm->search, *end = arm->search + arm->n_search; next < end;) {
        ending e = ending_of(&next, end, repeats);
        arm->n_run++;
        arm->n_complete += e.n_complete == repeats;
        arm->n_failed += e.n_failed > 0;
        arm->n_infeasible += !e.n_failed && e.n_infeasible > 0;
    }
}

/* Split one arm's records, `all`, into search and reruns, and leave out what lies beyond its budget. */
static void settle_arm(const fl_study *study, fl_results_arm *arm, const fl_results_entry *all, size_t n)
{
    size_t searched = 0;
    while (searched < n && all[searched].slot.repeat < FL_STUDY_RERUN_REPEAT) searched++;
    arm->search = all;
    arm->reruns = all + searched;
    arm->n_reruns = n - searched;
    arm->n_trials = count_trials(study, all, searched, &arm->filled);
    while (searched && all[searched - 1].slot.index >= arm->n_trials) searched--;
    arm->n_search = searched;
    count_statuses(arm, study->repeats);
}

/* Reruns count only for the trial that is selected now; those of one trial stand side by side. */
static void keep_selected_reruns(const fl_results *results, fl_results_arm *arm)
{
    size_t n;
    fl_results_score *scores = fl_results_scores(results, arm, &n);
    const fl_results_score *best = fl_results_best_score(scores, n);
    for (n = 0; arm->n_reruns && !(best && arm->reruns->slot.index == best->index); arm->n_reruns--) arm->reruns++;
    while (n < arm->n_reruns && arm->reruns[n].slot.index == best->index) n++;
    arm->n_reruns = n;
    free(scores);
}

static void settle_arms(fl_results *results)
{
    size_t n_arms = results->study->n_arms;
    results->arms = fl_memory_new(n_arms, sizeof *results->arms);
    for (size_t arm = 0, at = 0; arm < n_arms; arm++) {
        size_t first = at;
        while (at < results->n_records && results->records[at].slot.arm == arm) at++;
        settle_arm(results->study, &results->arms[arm], results->records + first, at - first);
        keep_selected_reruns(results, &results->arms[arm]);
    }
}

/* --- the whole --- */

/* Records hold the score and the steps to the target that the study asked for; another choice is looked up among the
 * points. */
static void score_later(fl_results *results)
{
    const fl_study *study = results->study;
    bool best_later = study->select_later && study->select_best;
    for (size_t i = 0; i < results->n_records && (best_later || study->target_later); i++) {
        fl_results_entry *entry = &results->records[i];
        size_t n = 0;
        fl_trial_point *points =
            entry->status == FL_OUTCOME_COMPLETE ? fl_results_points(results, entry->trial, &n) : NULL;
        if (best_later && n)
            fl_results_figures_at(study, fl_record_best_point(points, n, study->select, false), &entry->figures);
        if (study->target_later)
            entry->figures.steps_to_target =
                fl_record_steps_to_target(points, n, study->target, study->target_value, false);
        free(points);
    }
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
    if (!results->points || !read_hosts(results, error) || !read_trials(results, error)) {
        fl_results_free(results);
        return NULL;
    }
    settle_records(results);
    score_later(results);
    settle_arms(results);
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
        if (!tells_the_same(kept, other)) add_damage_at(results, where.bytes, "two results of one trial that differ");
        fl_text_free(&where);
        json_decref(kept);
        json_decref(other);
    }
}

bool fl_results_lacks_points(const fl_results *results, const fl_results_entry *entry)
{
    return entry->n_points && !fl_results_points_complete(results->points, entry->trial, entry->n_points);
}
