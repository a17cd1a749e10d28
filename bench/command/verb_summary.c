/* fairlead summary: what result folders prove, for people, as JSON and as CSV. */
#include "say/csv.h"
#include "command/folders.h"
#include "say/options.h"
#include "say/wrap.h"
#include "summary/summary_ledger.h"
#include "tables/summary_table.h"
#include "command/verbs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const usage summary_usage = {
    "fairlead summary DIR... [--json|--csv|--markdown] [options]",
    "Shows per arm what validation selected, its errors with their bands, the expected best of K with its interval, "
    "steps to the target, which differences are shown, whether general rules are no worse than their special cases, "
    "what it cost, and what to beware of. Folders whose studies declare claims of one family are corrected together. "
    "What --baseline, --select and --target choose unlike the study is marked as chosen after the fact. --json gives "
    "one object per folder, in an array where there are several folders.",
    "fairlead summary results/quick",
};

/* --- CSV --- */

static const char *const columns[] = {
    "folder",
    "study",
    "arm",
    "workload",
    "optimizer",
    "schedule",
    "backend",
    "precision",
    "batch_size",
    "trials",
    "complete",
    "infeasible",
    "failed",
    "filled",
    "selected",
    "index",
    "val_error",
    "val_error_low",
    "val_error_high",
    "test_error",
    "test_error_low",
    "test_error_high",
    "test_standard_error",
    "median_test_error",
    "k",
    "best_of_k",
    "best_of_k_low",
    "best_of_k_high",
    "best_of_k_coverage",
    "steps_to_target",
    "steps_to_target_low",
    "steps_to_target_high",
    "reached",
    "reruns",
    "rerun_mean",
    "rerun_low",
    "rerun_high",
    "runs",
    "steps",
    "core_hours",
    "evaluation",
    "wide_runs",
    "wide_core_hours",
    "warnings",
};

static void add_heading(fl_text *text)
{
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) csv_text(text, columns[i]);
    csv_end(text);
}

static void add_choices(fl_text *text, const fl_summary *summary, const fl_study_arm *arm)
{
    const char *names[FL_TRIAL_NAMES];
    fl_trial_names(&arm->base, names);
    csv_text(text, summary->results->folder);
    csv_text(text, summary->results->study->name);
    csv_text(text, arm->name);
    for (size_t i = 0; i < FL_TRIAL_NAMES; i++) csv_text(text, names[i]);
    csv_count(text, arm->base.batch_size);
}

static void add_band(fl_text *text, const fl_summary_band *band)
{
    csv_number(text, band->center);
    csv_number(text, band->low);
    csv_number(text, band->high);
}

static void add_selected(fl_text *text, const fl_results_score *selected)
{
    csv_text(text, selected ? selected->record->trial : NULL);
    csv_number(text, selected ? (double)selected->index : NAN);
}

static void add_ledger(fl_text *text, const fl_summary *summary, const fl_summary_arm *arm)
{
    fl_summary_ledger ledger = fl_summary_ledger_of(summary->results, (size_t)(arm - summary->arms));
    csv_count(text, ledger.runs);
    csv_number(text, ledger.steps);
    csv_number(text, ledger.core_hours);
    csv_number(text, ledger.evaluation);
    csv_count(text, ledger.wide_runs);
    csv_number(text, ledger.wide_core_hours);
}

static void add_arm(fl_text *text, const fl_summary *summary, const fl_summary_arm *arm)
{
    const fl_results_arm *results = arm->results;
    add_choices(text, summary, arm->arm);
    csv_count(text, arm->n_run);
    csv_count(text, results->n_complete);
    csv_count(text, results->n_infeasible);
    csv_count(text, results->n_failed);
    csv_count(text, results->filled);
    add_selected(text, arm->selected);
    add_band(text, &arm->val_error);
    add_band(text, &arm->test_error);
    csv_number(text, arm->test_standard_error);
    csv_number(text, arm->median_test_error);
    csv_count(text, arm->k);
    csv_number(text, arm->interval.estimate);
    csv_number(text, arm->interval.low);
    csv_number(text, arm->interval.high);
    csv_number(text, arm->interval.coverage);
    add_band(text, &arm->steps);
    csv_number(text, summary->results->study->has_target ? arm->reached : NAN);
    csv_count(text, results->n_reruns);
    csv_number(text, arm->rerun_mean);
    csv_number(text, arm->rerun_low);
    csv_number(text, arm->rerun_high);
    add_ledger(text, summary, arm);
    csv_count(text, arm->n_warnings);
    csv_end(text);
}

static void print_csv(const fl_summary *const *summaries, size_t n)
{
    fl_text text = { 0 };
    add_heading(&text);
    for (size_t i = 0; i < n; i++)
        for (size_t arm = 0; arm < summaries[i]->n_arms; arm++) add_arm(&text, summaries[i], &summaries[i]->arms[arm]);
    fputs(text.bytes, stdout);
    fl_text_free(&text);
}

/* --- JSON --- */

static void print_json(const fl_summary *const *summaries, size_t n)
{
    json_t *array = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(array, fl_summary_json(summaries[i]));
    json_dumpf(n == 1 ? json_array_get(array, 0) : array, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    putchar('\n');
    json_decref(array);
}

static void print_markdown(const fl_summary *const *summaries, size_t n)
{
    page_markdown();
    summary_print_table(summaries, n);
}

typedef void print_summaries(const fl_summary *const *summaries, size_t n);

static int show(const words *paths, const fl_study_overrides *later, print_summaries *print)
{
    fl_error error;
    folders read;
    if (!folders_read_as(paths, later, &read, &error)) return complain(&error);
    print(folders_summaries(&read), read.n);
    folders_looked(folders_summaries(&read), read.n);
    int code = read.n_records ? 0 : NOTHING_MEASURED;
    folders_free(&read);
    return code;
}

/* "val_error=0.1"; the metric's name goes to `metric`, whether it is one is for the study to say. */
static int read_target(const char *text, char metric[40], fl_study_overrides *later)
{
    size_t n = text ? strcspn(text, "=") : 0;
    if (!text) return GO_ON;
    if (!n || n >= 40 || text[n] != '=' || !fl_text_number_read(text + n + 1, &later->target_value) ||
        !isfinite(later->target_value))
        return complain_user("--target is METRIC=VALUE, as val_error=0.1, not '%s'", text);
    snprintf(metric, 40, "%.*s", (int)n, text);
    later->target = metric;
    return GO_ON;
}

static int choose(bool json, bool csv, bool markdown, print_summaries **print)
{
    *print = json ? print_json : csv ? print_csv : markdown ? print_markdown : summary_print_table;
    if (json + csv + markdown <= 1) return GO_ON;
    return complain_user("--json, --csv and --markdown exclude each other");
}

int verb_summary(int argc, char **argv)
{
    bool json = false, csv = false, markdown = false;
    const char *target = NULL;
    char metric[40];
    fl_study_overrides later = { .select = NULL };
    print_summaries *print;
    const option options[] = {
        { "--json", NULL, OPTION_FLAG, NULL, "every figure, as JSON", &json },
        { "--csv", NULL, OPTION_FLAG, NULL, "a row per arm", &csv },
        { "--markdown", NULL, OPTION_FLAG, NULL, "the same tables as Markdown", &markdown },
        { "--baseline", NULL, OPTION_TEXT, "ARM", "compare every arm with this one alone", &later.baseline },
        { "--select", NULL, OPTION_TEXT, "METRIC", "val_error or val_loss, not the study's own", &later.select },
        { "--target", NULL, OPTION_TEXT, "METRIC=VALUE", "another target than the study's", &target },
    };
    words paths;
    int code = options_read(&summary_usage, options, sizeof options / sizeof *options, argc, argv, 1, SIZE_MAX, &paths);
    if (code != GO_ON) return code;
    code = choose(json, csv, markdown, &print);
    if (code == GO_ON) code = read_target(target, metric, &later);
    if (code == GO_ON) code = show(&paths, &later, print);
    free(paths.items);
    return code;
}
