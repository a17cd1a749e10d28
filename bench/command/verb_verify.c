/* fairlead verify: recorded trials run again in this process and compared with their records. */
#include "base/memory.h"
#include "command/plugins.h"
#include "say/options.h"
#include "record/compare.h"
#include "record/host.h"
#include "results/results.h"
#include "command/verbs.h"
#include "train/train.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const usage verify_usage = {
    "fairlead verify DIR [options]",
    "Runs recorded trials again, as the folder's study asks for them, and compares the first three losses, final "
    "parameters and every figure of every point. On the machine and build of a record all bits must be the same. "
    "Elsewhere other bits are no mismatch while the first three losses agree to 1e-4 (in bf16 also within 2^-8 "
    "of what they have moved) and the last errors within three binomial standard errors; which facts differ is said. "
    "Exit code 0: all agree; 1: a mismatch; 4: nothing was compared.",
    "fairlead verify results/quick --sample 5",
};

typedef enum verdict { SAME, CLOSE, DIFFERENT, SKIPPED, VERDICTS } verdict;
static const char *const verdict_names[VERDICTS] = { "same", "close", "differs", "skipped" };

typedef struct verification {
    const fl_results *results;
    fl_train_trainer *trainer;
    bool json;
    json_t *list; /* of --json */
    size_t counts[VERDICTS];
    size_t n_without_losses; /* compared records from before losses were recorded */
} verification;

/* --- which trials --- */

static int by_place(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* The places of the records that are asked for, in their order; *n counts them. */
static uint32_t *choose(const fl_results *results, const char *id, size_t sample, uint64_t seed, size_t *n)
{
    uint32_t *places = fl_memory_new(results->n_records, sizeof *places);
    fl_random_stream stream = fl_random_stream_start(seed, "verify", 0);
    *n = 0;
    for (size_t i = 0; i < results->n_records; i++)
        if (!id || !strcmp(results->records[i].trial, id)) places[(*n)++] = (uint32_t)i;
    if (!sample || sample >= *n) return places;
    fl_random_shuffle(&stream, places, *n);
    *n = sample;
    qsort(places, *n, sizeof *places, by_place); /* trials of one arm stay together, and so do their plans */
    return places;
}

/* --- one trial --- */

/* Add the facts that differ between the record's machine and build and these. */
static void add_elsewhere(const verification *v, const fl_record *record, const fl_trial *trial,
                          const fl_outcome *outcome, fl_text *names)
{
    json_t *facts = fl_record_host_facts(trial->backend, outcome->implementation);
    fl_record_host_difference(json_object_get(v->results->hosts, record->host), facts, names);
    json_decref(facts);
}

/* The same bits settle it. Other bits are judged by where the record was made. */
static verdict compare(const verification *v, const fl_record *record, const fl_trial *trial, const fl_outcome *outcome,
                       fl_text *why)
{
    size_t n;
    char difference[FL_RECORD_DIFFERENCE_SIZE] = "", loosely[FL_RECORD_DIFFERENCE_SIZE];
    fl_trial_point *points = fl_results_points(v->results, record->trial, &n);
    fl_text names = { 0 };
    for (size_t i = 0; v->results->study->select_averaged && i < outcome->n_points; i++)
        fl_trial_point_take_averaged(&outcome->points[i]);
    add_elsewhere(v, record, trial, outcome, &names);
    bool same = fl_record_same(record, points, n, trial, outcome, difference);
    bool close = !same && names.length && fl_record_close(record, points, n, trial, outcome, loosely);
    fl_text_add(why, "%s", !same && !close && names.length ? loosely : difference);
    if (names.length) fl_text_add(why, "%srecorded with another %s", why->length ? "; " : "", names.bytes);
    fl_text_free(&names);
    free(points);
    return same ? SAME : close ? CLOSE : DIFFERENT;
}

/* NULL: it can be compared. */
static const char *why_not_run(const fl_record *record, const fl_trial *trial, fl_error *unusable)
{
    if (record->status == FL_OUTCOME_FAILED) return "it failed when it was recorded";
    if (fl_trial_servers(trial)) return "it was trained on the real clock, where no two runs are the same";
    return trial->backend->usable(trial->precision, unusable) ? NULL : unusable->text;
}

/* Run the record's trial. False when it cannot be run at all: data is missing. */
static bool run(verification *v, const fl_record *record, verdict *found, fl_text *why, fl_error *error)
{
    const fl_study *study = v->results->study;
    fl_error unusable;
    fl_outcome outcome = { .points = NULL };
    fl_trial trial = fl_study_trial(study, &study->arms[record->slot.arm], record->slot.index, record->slot.repeat);
    const char *not_run = why_not_run(record, &trial, &unusable);
    plugins_catch_crashes(&trial);
    bool ran = !not_run && fl_train_trial(v->trainer, &trial, NULL, &outcome, error);
    if (not_run) {
        *found = SKIPPED;
        fl_text_add(why, "%s", not_run);
    } else if (ran && strcmp(outcome.trial, record->trial)) {
        *found = DIFFERENT;
        fl_text_add(why, "study and data make another trial of it now, %s", outcome.trial);
    } else if (ran) {
        *found = compare(v, record, &trial, &outcome, why);
        v->n_without_losses += !record->first_losses.n;
    }
    fl_outcome_free(&outcome);
    fl_trial_free(&trial);
    return ran || not_run;
}

static void tell(verification *v, const fl_record *record, verdict found, const char *why)
{
    const fl_record_slot *slot = &record->slot;
    const char *arm = v->results->study->arms[slot->arm].name;
    v->counts[found]++;
    json_array_append_new(v->list, json_pack("{s:s, s:s, s:I, s:I, s:s, s:s?}", "trial", record->trial, "arm", arm,
                                             "index", (json_int_t)slot->index, "repeat", (json_int_t)slot->repeat,
                                             "verdict", verdict_names[found], "why", why));
    if (v->json) return;
    printf("%-8s %s  %s, index %llu, repeat %llu%s%s\n", verdict_names[found], record->trial, arm,
           (unsigned long long)slot->index, (unsigned long long)slot->repeat, why ? ": " : "", why ? why : "");
    fflush(stdout);
}

static bool verify_one(verification *v, const fl_results_entry *entry, fl_error *error)
{
    verdict found = SKIPPED;
    fl_text why = { 0 };
    fl_record record = fl_results_record(v->results, entry);
    bool done = run(v, &record, &found, &why, error);
    if (done) tell(v, &record, found, why.bytes);
    fl_record_free(&record);
    fl_text_free(&why);
    return done;
}

/* --- all of them --- */

static int conclude(const verification *v)
{
    size_t compared = v->counts[SAME] + v->counts[CLOSE] + v->counts[DIFFERENT];
    if (v->json) {
        json_t *all =
            json_pack("{s:o, s:I}", "folder", fl_json_any_text(v->results->folder), "compared", (json_int_t)compared);
        for (verdict i = 0; i < VERDICTS; i++)
            json_object_set_new(all, verdict_names[i], json_integer((json_int_t)v->counts[i]));
        json_object_set_new(all, "without_first_losses", json_integer((json_int_t)v->n_without_losses));
        json_object_set(all, "trials", v->list);
        json_dumpf(all, stdout, JSON_INDENT(2));
        printf("\n");
        json_decref(all);
    } else {
        printf("%s: %zu trials compared: %zu the same, %zu close, %zu different; %zu skipped\n", v->results->folder,
               compared, v->counts[SAME], v->counts[CLOSE], v->counts[DIFFERENT], v->counts[SKIPPED]);
        if (v->n_without_losses)
            printf("%zu of them hold no losses of their first steps, so those were not compared\n",
                   v->n_without_losses);
    }
    return v->counts[DIFFERENT] ? 1 : compared ? 0 : NOTHING_MEASURED;
}

static int verify(const fl_results *results, const uint32_t *places, size_t n, bool json)
{
    fl_error error;
    verification v = { .results = results, .trainer = fl_train_trainer_new(), .json = json, .list = json_array() };
    bool fine = true;
    for (size_t i = 0; i < n && fine; i++) fine = verify_one(&v, &results->records[places[i]], &error);
    int code = fine ? conclude(&v) : complain(&error);
    fl_train_trainer_free(v.trainer);
    json_decref(v.list);
    return code;
}

int verb_verify(int argc, char **argv)
{
    const char *id = NULL;
    size_t sample = 0, n;
    uint64_t seed = 1;
    bool json = false;
    const option options[] = {
        { "--sample", NULL, OPTION_COUNT, "N", "only N trials, drawn by a seeded stream", &sample },
        { "--seed", NULL, OPTION_SEED, "N", "of the sample (default 1)", &seed },
        { "--trial", NULL, OPTION_TEXT, "ID", "only the trial of this identity, 16 hex digits", &id },
        { "--json", NULL, OPTION_FLAG, NULL, "print JSON", &json },
    };
    words rest;
    fl_error error;
    int code = options_read(&verify_usage, options, sizeof options / sizeof *options, argc, argv, 1, 1, &rest);
    fl_results *results = code == GO_ON ? fl_results_read(rest.items[0], &error) : NULL;
    free(rest.items);
    if (code != GO_ON) return code;
    if (!results) return complain(&error);
    uint32_t *places = choose(results, id, sample, seed, &n);
    code = id && !n ? complain_user("%s: holds no trial %s", results->folder, id) : verify(results, places, n, json);
    free(places);
    fl_results_free(results);
    return code;
}
