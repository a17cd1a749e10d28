/* A row per trial, best first; its command shows once the row is where a link led to. A trial that several arms share
 * (its identity knows no arm) is led to once. */
#include "page/report_trials.h"
#include "base/memory.h"
#include "page/report_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LISTED = 1000, LEAST_OF_ARM = 5 }; /* rows of about 500 bytes: half a megabyte at most */

typedef struct list {
    const fl_summary_arm *arm;
    const fl_results_entry **entries; /* best first */
    size_t n, n_left_out;
} list;

typedef struct name {
    char trial[17];
    bool placed; /* has a row the id? */
} name;

struct report_trials {
    list *lists; /* one per arm of every summary */
    size_t n_lists;
    name *names; /* sorted, each once */
    size_t n_names;
};

/* --- what is listed --- */

/* Finite scores first, then by index and repeat: what diverged, and reruns, follow. */
static int by_score(const void *a, const void *b)
{
    const fl_results_entry *x = *(const fl_results_entry *const *)a, *y = *(const fl_results_entry *const *)b;
    bool x_rerun = x->slot.repeat >= FL_STUDY_RERUN_REPEAT, y_rerun = y->slot.repeat >= FL_STUDY_RERUN_REPEAT;
    if (x_rerun != y_rerun) return x_rerun - y_rerun;
    if (x->figures.score != y->figures.score && !x_rerun) return x->figures.score < y->figures.score ? -1 : 1;
    if (x->slot.index != y->slot.index) return x->slot.index < y->slot.index ? -1 : 1;
    return (x->slot.repeat > y->slot.repeat) - (x->slot.repeat < y->slot.repeat);
}

static list list_of(const fl_summary_arm *arm, size_t most)
{
    const fl_results_arm *results = arm->results;
    size_t n = results->n_search + results->n_reruns;
    list found = { .arm = arm, .entries = fl_memory_new(n, sizeof *found.entries), .n = n < most ? n : most };
    for (size_t i = 0; i < results->n_search; i++) found.entries[i] = &results->search[i];
    for (size_t i = 0; i < results->n_reruns; i++) found.entries[results->n_search + i] = &results->reruns[i];
    qsort(found.entries, n, sizeof *found.entries, by_score);
    found.n_left_out = n - found.n;
    return found;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const name *)a)->trial, ((const name *)b)->trial);
}

static void add_names(report_trials *trials, const list *of)
{
    trials->names = fl_memory_grow(trials->names, trials->n_names + of->n, sizeof *trials->names);
    for (size_t i = 0; i < of->n; i++) {
        name *added = &trials->names[trials->n_names++];
        memcpy(added->trial, of->entries[i]->trial, sizeof added->trial);
        added->placed = false;
    }
}

static void sort_names(report_trials *trials)
{
    size_t n = 0;
    if (trials->n_names) qsort(trials->names, trials->n_names, sizeof *trials->names, by_name);
    for (size_t i = 0; i < trials->n_names; i++)
        if (!i || by_name(&trials->names[i], &trials->names[n - 1])) trials->names[n++] = trials->names[i];
    trials->n_names = n;
}

report_trials *report_trials_new(const fl_summary *const *summaries, size_t n)
{
    report_trials *trials = fl_memory_new(1, sizeof *trials);
    size_t n_records = 0, n_arms = 0;
    for (size_t i = 0; i < n; i++) {
        n_records += summaries[i]->results->n_records;
        n_arms += summaries[i]->n_arms;
    }
    size_t most = n_records <= LISTED ? n_records : LISTED / n_arms > LEAST_OF_ARM ? LISTED / n_arms : LEAST_OF_ARM;
    trials->lists = fl_memory_new(n_arms, sizeof *trials->lists);
    for (size_t i = 0; i < n; i++)
        for (size_t arm = 0; arm < summaries[i]->n_arms; arm++) {
            list *added = &trials->lists[trials->n_lists++];
            *added = list_of(&summaries[i]->arms[arm], most);
            add_names(trials, added);
        }
    sort_names(trials);
    return trials;
}

void report_trials_free(report_trials *trials)
{
    for (size_t i = 0; i < trials->n_lists; i++) free(trials->lists[i].entries);
    free(trials->lists);
    free(trials->names);
    free(trials);
}

static name *find(const report_trials *trials, const char *trial)
{
    name wanted;
    memcpy(wanted.trial, trial, sizeof wanted.trial);
    return trials->n_names ? bsearch(&wanted, trials->names, trials->n_names, sizeof wanted, by_name) : NULL;
}

bool report_trials_have(const report_trials *trials, const char *trial)
{
    return find(trials, trial) != NULL;
}

/* --- rows --- */

static void add_name(fl_text *page, report_trials *trials, const fl_results_entry *entry)
{
    name *found = find(trials, entry->trial);
    fl_text_add(page, found->placed ? "<tr>" : "<tr id=\"t-%s\">", entry->trial);
    fl_text_add(page, "<th scope=\"row\"><a href=\"#t-%s\">%" PRIu64, entry->trial, entry->slot.index);
    if (entry->slot.repeat >= FL_STUDY_RERUN_REPEAT)
        fl_text_add(page, " rerun %" PRIu64, entry->slot.repeat - FL_STUDY_RERUN_REPEAT + 1);
    else if (entry->slot.repeat)
        fl_text_add(page, " repeat %" PRIu64, entry->slot.repeat + 1);
    fl_text_add(page, "</a>");
    found->placed = true;
}

static void add_row(fl_text *page, report_trials *trials, const fl_summary *summary, const list *of,
                    const fl_results_entry *entry)
{
    bool rate = fl_summary_rates(of->arm->arm);
    fl_record record = fl_results_record(summary->results, entry);
    add_name(page, trials, entry);
    fl_text_add(page, "<td>");
    html_error(page, rate, isfinite(entry->figures.val_error) ? entry->figures.val_error : NAN);
    fl_text_add(page, "<td>");
    html_error(page, rate, isfinite(entry->figures.test_error) ? entry->figures.test_error : NAN);
    fl_text_add(page, "<td class=\"words\">");
    if (entry->status != FL_OUTCOME_COMPLETE) html_text(page, record.reason ? record.reason : "did not end");
    if (of->arm->selected && entry == of->arm->selected->record) fl_text_add(page, "<b>selected</b> ");
    report_settings(page, of->arm->arm, &record.values);
    html_element(page, "pre class=\"command\"", record.repro ? record.repro : "");
    fl_text_add(page, "\n");
    fl_record_free(&record);
}

static void add_list(fl_text *page, report_trials *trials, const fl_summary *summary, const list *of)
{
    const fl_study_arm *arm = of->arm->arm;
    const char *what = fl_summary_rates(arm) ? "error, %" : fl_summary_error_word(arm);
    if (!of->n) return;
    fl_text_add(page, "<details><summary>");
    html_text(page, of->arm->arm->name);
    fl_text_add(page, " <small>%zu</small></summary><div class=\"wide\" tabindex=\"0\"><table class=\"trials\">",
                of->n);
    fl_text_add(page,
                "<thead><tr><th>Trial<th>Validation %s<th>Test %s<th class=\"words\">Hyperparameters searched<tbody>\n",
                what, what);
    for (size_t i = 0; i < of->n; i++) add_row(page, trials, summary, of, of->entries[i]);
    fl_text_add(page, "</table></div></details>\n");
}

static void add_note(fl_text *page, const fl_summary *summary, size_t n_left_out)
{
    fl_text_add(page, "<p class=\"note\">Best first. A mark in a figure leads here; a trial’s number shows the command "
                      "that runs it again, to the bit on the same machine and build.");
    if (n_left_out) {
        fl_text_add(page,
                    " %zu trials are left out, to keep the page small, and marks of these lead nowhere: <code>fairlead "
                    "export ",
                    n_left_out);
        html_text(page, summary->results->folder);
        fl_text_add(page, " --to csv</code> has all.");
    }
    fl_text_add(page, "</p>\n");
}

void report_trials_add(fl_text *page, report_trials *trials, const fl_summary *summary)
{
    size_t n_left_out = 0;
    const fl_summary_arm *first = summary->arms, *end = summary->arms + summary->n_arms;
    for (size_t i = 0; i < trials->n_lists; i++)
        if (trials->lists[i].arm >= first && trials->lists[i].arm < end) n_left_out += trials->lists[i].n_left_out;
    fl_text_add(page, "<section><h2>Trials</h2>\n");
    add_note(page, summary, n_left_out);
    for (size_t i = 0; i < trials->n_lists; i++)
        if (trials->lists[i].arm >= first && trials->lists[i].arm < end)
            add_list(page, trials, summary, &trials->lists[i]);
    fl_text_add(page, "</section>\n");
}
