/* A result folder that others wrote: read, repaired, written to, read again, and shown in every form.
 *
 * The input is trials.jsonl, and after a line "--" points.jsonl. Each line gets its right check, so that what it says
 * is met and not only that it is damaged; a line that begins with ! stays as it is.
 */
#include "base/file.h"
#include "base/folder.h"
#include "base/hash.h"
#include "export/export.h"
#include "figures/figure.h"
#include "fuzz.h"
#include "store/store.h"
#include "summary/summary.h"

#include <string.h>
#include <unistd.h>

static const char study_text[] =
    "{\"study\": \"s\", \"workload\": \"quadratic/noisy\", \"batch_size\": 16, \"select_at\": \"best\","
    " \"budget\": {\"trials\": 4, \"steps\": 20, \"feasible\": true}, \"seeds\": {\"repeats\": 2, \"rerun_best\": 2},"
    " \"target\": {\"metric\": \"val_loss\", \"value\": 0.5},"
    " \"arms\": [{\"arm\": \"a\", \"optimizer\": \"rmsprop\", \"schedule\": \"linear\", \"space\": {"
    "   \"learning_rate\": {\"min\": 0.001, \"max\": 1, \"scaling\": \"log\"},"
    "   \"epsilon_form\": {\"feasible_points\": [\"inside\", \"outside\"]},"
    "   \"schedule.warmup_steps\": {\"min\": 0, \"max\": 5, \"scaling\": \"linear\"}}},"
    "  {\"arm\": \"b\", \"optimizer\": \"momentum\", \"space\": {\"one_minus_momentum\": 0.1,"
    "   \"learning_rate/(1-momentum)\": {\"min\": 0.1, \"max\": 1, \"scaling\": \"log\"}}}]}";

static const fl_store_shard whole = { 1, 1 };
static char folder[FL_FILE_PATH_MAX];
static fl_study *study;

static void leave(void)
{
    fl_folder_remove(folder, NULL);
    fl_study_free(study);
}

static fl_store *open_store(void)
{
    fl_error error;
    fl_store *store = fl_store_open(folder, study, whole, NULL, &error);
    if (!store) fl_error_die("%s", error.text);
    return store;
}

/* A folder, in memory where the system has that, with its study.json. */
static void arrive(void)
{
    fl_error error;
    if (access("/dev/shm", W_OK) == 0) setenv("TMPDIR", "/dev/shm", 0);
    if (!fl_folder_temporary(folder, "fairlead-fuzz", &error)) fl_error_die("%s", error.text);
    study = fl_study_load_text("study", study_text, NULL, &error);
    if (!study) fl_error_die("%s", error.text);
    fl_store_close(open_store());
    atexit(leave);
}

/* --- the input as files --- */

static void add_line(fl_text *text, const char *line, size_t n)
{
    char check[FL_HASH_TEXT];
    if (n && *line == '!') {
        fl_text_add_bytes(text, line + 1, n - 1);
        return;
    }
    if (n && line[n - 1] == '}') n--;
    fl_hash_text(fl_hash(line, n), check);
    fl_text_add_bytes(text, line, n);
    fl_text_add(text, ",\"check\":\"%s\"}", check);
}

/* Write the lines up to "--" into a file of the folder; returns what follows. */
static const char *put_lines(const char *name, const char *at, const char *end)
{
    char path[FL_FILE_PATH_MAX];
    fl_text text = { 0 };
    for (bool more = true; more && at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at)), *stop = newline ? newline : end;
        more = stop - at != 2 || memcmp(at, "--", 2);
        if (more) add_line(&text, at, (size_t)(stop - at));
        if (more && newline) fl_text_add(&text, "\n");
        at = newline ? newline + 1 : end;
    }
    fl_file_path_join(path, folder, name);
    FILE *file = fopen(path, "w");
    PROMISE(file && fwrite(text.bytes ? text.bytes : "", 1, text.length, file) == text.length && fclose(file) == 0);
    fl_text_free(&text);
    return at;
}

/* --- what is done with them --- */

static void export_all(const fl_results *results, FILE *nowhere)
{
    const export_format *const formats[] = { &export_csv, &export_optuna, &export_benchmark, &export_latex };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        export_content content = { 0 };
        fl_error error;
        formats[i]->write(results, nowhere, &content, &error);
    }
}

static void write_figures(const fl_summary *summary)
{
    figure_layout *layout = figure_layout_new(&summary, 1);
    for (const figure *const *each = figures(); *each; each++) {
        figure_data data;
        char reason[FIGURE_REASON];
        figure_fill(*each, layout, false, &data, reason);
        figure_data_free(&data);
    }
    figure_layout_free(layout);
}

/* Read the folder and tell all it says. Returns the number of records. */
static size_t tell(void)
{
    static FILE *nowhere;
    fl_error error;
    fl_results *results = fl_results_read(folder, &error);
    PROMISE(results);
    if (!nowhere) nowhere = fopen("/dev/null", "w");
    fl_summary *summary = fl_summary_make(results);
    json_decref(fl_summary_json(summary));
    export_all(results, nowhere);
    write_figures(summary);
    size_t n = results->n_records;
    fl_summary_free(summary);
    fl_results_free(results);
    return n;
}

/* The next writer: what was read before must still be there, and what it adds must be read. */
static void write_on(void)
{
    fl_error error;
    fl_record_slot slot = { 1, 1000, 0 };
    fl_store *store = open_store();
    fl_trial trial = fl_study_trial(study, &study->arms[slot.arm], slot.index, slot.repeat);
    fl_outcome outcome = { .status = FL_OUTCOME_INFEASIBLE, .trial = "0123456789abcdef" };
    PROMISE(fl_store_add(store, &slot, &trial, &outcome, "", &error));
    fl_trial_free(&trial);
    fl_store_close(store);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const char *text = (const char *)bytes, *end = text + n;
    fl_error error;
    if (!study) arrive();
    put_lines("points.jsonl", put_lines("trials.jsonl", text, end), end);
    size_t before = tell();
    write_on();
    fl_results *results = fl_results_read(folder, &error);
    PROMISE(results && results->n_records >= before);
    bool found = false;
    for (size_t i = 0; i < results->n_records; i++)
        found |= results->records[i].slot.arm == 1 && results->records[i].slot.index == 1000;
    PROMISE(found);
    fl_results_free(results);
    return 0;
}
