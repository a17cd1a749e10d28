/* From lines to records: every line of trials*.jsonl becomes an entry, every host*.json adds its machines, and what is
 * neither is damage with its place.
 */
#include "results/results_parts.h"
#include "base/file.h"
#include "base/memory.h"
#include "record/line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fl_results_add_damage(fl_results *results, const char *where, const char *what)
{
    results->damage = fl_memory_grow(results->damage, results->n_damage + 1, sizeof *results->damage);
    fl_results_damage *damage = &results->damage[results->n_damage++];
    damage->where = fl_memory_copy_text(where);
    snprintf(damage->what, sizeof damage->what, "%s", what);
}

void fl_results_add_damage_in(fl_results *results, const char *path, size_t line, const char *what)
{
    fl_text where = { 0 };
    fl_text_add(&where, "%s:%zu", path, line);
    fl_results_add_damage(results, where.bytes, what);
    fl_text_free(&where);
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
    cost->steps += record->steps_done;
    cost->whole_steps += record->has_final ? (double)record->final.step : 0;
    cost->whole_gradients += record->has_final ? record->gradient_evaluations + record->curvature_products : 0;
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
    fl_results_add_damage_in(((reading *)user)->results, path, line, what);
}

bool fl_results_read_trials(fl_results *results, fl_error *error)
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
        fl_results_add_damage_in(results, path, file || trouble.line < 1 ? 1 : (size_t)trouble.line,
                                 "does not list the hosts");
    json_decref(file);
    free(text);
    return true;
}

bool fl_results_read_hosts(fl_results *results, fl_error *error)
{
    fl_results_files *files = fl_results_files_open(results->folder, "host", "json", error);
    bool fine = files;
    for (size_t i = 0; fine && i < fl_results_files_count(files); i++)
        fine = read_host(results, fl_results_files_path(files, i), error);
    fl_results_files_free(files);
    return fine;
}
