/* One table per group of arms that can be compared, then what was selected, what differs, and what to beware of. */
#include "tables/summary_table.h"
#include "base/text.h"
#include "say/wrap.h"
#include "tables/table_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_HANG = 4, MOST_HANG = 30 }; /* where the text beside an arm's name begins */

/* --- the table of a group --- */

static fl_summary_figure steps_figure(double steps)
{
    fl_summary_figure f = { "never" };
    if (isfinite(steps)) snprintf(f.text, sizeof f.text, "%.0f", steps);
    return f;
}

static fl_summary_figure steps_range(const fl_summary_band *steps)
{
    fl_summary_figure f = { "" };
    if (isfinite(steps->low))
        snprintf(f.text, sizeof f.text, "[%.20s, %.20s]", steps_figure(steps->low).text,
                 steps_figure(steps->high).text);
    return f;
}

static const page_column rate_columns[] = {
    { "", "arm", true },
    { "", "trials", false },
    { "infea-", "sible", false },
    { "", "failed", false },
    { "val", "error %", false },
    { "test", "error %", false },
    { "", "5-95 %", true },
    { "best", "of K %", false },
    { "90 %", "interval", true },
    { "median", "trial %", false },
    { "steps to", "target", false },
    { "", "5-95 %", true },
    { "", "reached", true },
};
enum { VALIDATION = 4, TEST, N_COLUMNS = sizeof rate_columns / sizeof *rate_columns };

static const page_column number_columns[N_COLUMNS] = {
    { "", "arm", true },          { "", "trials", false },         { "infea-", "sible", false },
    { "", "failed", false },      { "val", "loss", false },        { "test", "loss", false },
    { "", "5-95 %", true },       { "best", "of K", false },       { "90 %", "interval", true },
    { "median", "trial", false }, { "steps to", "target", false }, { "", "5-95 %", true },
    { "", "reached", true },
};

static void add_steps(page_table *table, const fl_study *study, const fl_summary_arm *arm)
{
    if (study->has_target && arm->n_counted) {
        page_table_cell(table, "%s", steps_figure(arm->steps.center).text);
        page_table_cell(table, "%s", steps_range(&arm->steps).text);
        page_table_cell(table, "%.0f of %zu", arm->reached * (double)arm->n_counted, arm->n_counted);
    } else {
        for (int i = 0; i < 3; i++) page_table_cell(table, "%s", "");
    }
}

/* Some of the draws behind the expected best held no feasible trial. */
static bool is_partial(const fl_summary_arm *arm)
{
    return arm->n_counted && arm->interval.finite > 0 && arm->interval.finite < 1;
}

/* " 86 %" behind an interval from few trials. */
static fl_summary_figure coverage_figure(const fl_stats_interval *interval)
{
    fl_summary_figure f = { "" };
    if (fl_stats_from_few(interval)) snprintf(f.text, sizeof f.text, " %.0f %%", 100 * interval->coverage);
    return f;
}

static void add_row(page_table *table, const fl_study *study, const fl_summary_arm *arm)
{
    bool rate = fl_summary_rates(arm->arm);
    double there = arm->n_counted || fl_summary_diverged(arm) ? 1 : NAN; /* an arm without trials has no figures */
    page_table_cell(table, "%s", arm->arm->label);
    page_table_cell(table, "%zu", arm->n_run);
    page_table_cell(table, "%zu", arm->results->n_infeasible);
    page_table_cell(table, arm->results->n_failed ? "%zu" : "", arm->results->n_failed);
    page_table_cell(table, "%s", fl_summary_error(rate, there * arm->val_error.center).text);
    page_table_cell(table, "%s", fl_summary_error(rate, there * arm->test_error.center).text);
    page_table_cell(table, "%s", fl_summary_range(rate, arm->test_error.low, arm->test_error.high).text);
    page_table_cell(table, "%s%s", fl_summary_error(rate, arm->interval.estimate).text, is_partial(arm) ? "*" : "");
    page_table_cell(table, "%s%s", fl_summary_range(rate, arm->interval.low, arm->interval.high).text,
                    coverage_figure(&arm->interval).text);
    page_table_cell(table, "%s", fl_summary_error(rate, there * arm->median_test_error).text);
    add_steps(table, study, arm);
}

/* --- what was selected --- */

/* Four digits, and near 1 as many more as tell how far from it: a momentum of .999999 is not 1. */
static int digits_of(double value)
{
    int digits = 4;
    for (double apart = fabs(1 - value); apart > 0 && apart < 1e-3 && digits < 15; apart *= 10) digits++;
    return digits;
}

static void add_value(fl_text *text, const fl_hyper *hyper, const char *prefix, double value)
{
    if (hyper->scale == FL_HYPER_CHOICE)
        fl_text_add(text, ", %s%s %s", prefix, hyper->name, hyper->choices[(size_t)value]);
    else
        fl_text_add(text, ", %s%s %.*g", prefix, hyper->name, digits_of(value), value);
}

/* Every hyperparameter that the arm's space settles, at the selected trial. */
static void add_settled(fl_text *text, const fl_summary_arm *arm)
{
    for (fl_trial_owner owner = 0; owner < FL_TRIAL_OWNERS; owner++) {
        size_t n;
        const fl_hyper *table = fl_trial_owner_table(&arm->arm->base.owners, owner, &n);
        for (size_t i = 0; i < n; i++)
            if (fl_search_space_settles(arm->arm->space, owner, i))
                add_value(text, &table[i], fl_trial_owner_prefix(owner), arm->record.values.of[owner][i]);
    }
}

static void print_trial(const fl_summary_arm *arm, size_t hang)
{
    fl_text text = { 0 };
    fl_text_add(&text, "trial %" PRIu64 " (%s)", arm->selected->index, arm->selected->record->trial);
    add_settled(&text, arm);
    page_paragraph(hang, arm->arm->label, text.bytes);
    fl_text_free(&text);
}

static void print_defaults(const fl_summary_arm *arm, size_t hang)
{
    fl_text text = { 0 };
    for (size_t i = 0; i < arm->n_defaults; i++)
        fl_text_add(&text, "%s%s", i ? ", " : "left at default: ", arm->defaults[i]);
    if (text.length) page_paragraph(hang, "", text.bytes);
    fl_text_free(&text);
}

static void print_reruns(const fl_summary_arm *arm, size_t hang)
{
    bool rate = fl_summary_rates(arm->arm);
    size_t n = arm->results->n_reruns;
    fl_text text = { 0 };
    if (isnan(arm->rerun_mean)) return;
    fl_text_add(&text, "%zu rerun%s with fresh seeds: test %s %s%s on average, from %s to %s", n, n == 1 ? "" : "s",
                fl_summary_error_word(arm->arm), fl_summary_error(rate, arm->rerun_mean).text, rate ? " %" : "",
                fl_summary_error(rate, arm->rerun_low).text, fl_summary_error(rate, arm->rerun_high).text);
    page_paragraph(hang, "", text.bytes);
    fl_text_free(&text);
}

static void print_selected(const fl_summary_arm *arm, size_t hang)
{
    if (arm->selected)
        print_trial(arm, hang);
    else
        page_paragraph(hang, arm->arm->label, "none: no trial has a finite figure");
    print_reruns(arm, hang);
    print_defaults(arm, hang);
}

/* --- groups --- */

static bool begins_group(const fl_summary *summary, size_t i)
{
    for (size_t before = 0; before < i; before++)
        if (summary_in_group(summary, before, i)) return false;
    return true;
}

static void name_columns(const fl_study_arm *arm, page_column columns[N_COLUMNS])
{
    bool rate = fl_summary_rates(arm);
    memcpy(columns, rate ? rate_columns : number_columns, sizeof rate_columns);
    if (!rate) columns[VALIDATION].bottom = columns[TEST].bottom = fl_summary_error_word(arm);
}

static void print_group_table(const fl_summary *summary, size_t first)
{
    const fl_trial *base = &summary->arms[first].arm->base;
    page_column columns[N_COLUMNS];
    name_columns(summary->arms[first].arm, columns);
    page_table *table = page_table_new(columns, N_COLUMNS);
    const char *parallel = summary->arms[first].arm->parallel;
    page_heading("%s, batch %zu, %s %s, %zu steps%s%s", base->owners.workload->entry.name, base->batch_size,
                 base->backend->entry.name, fl_backend_precision_name(base->precision), base->steps,
                 parallel ? ", " : "", parallel ? parallel : "");
    for (size_t i = first; i < summary->n_arms; i++)
        if (summary_in_group(summary, first, i)) add_row(table, summary->results->study, &summary->arms[i]);
    page_table_end(table);
}

static void print_group_selected(const fl_summary *summary, size_t first)
{
    size_t hang = LEAST_HANG;
    for (size_t i = first; i < summary->n_arms; i++) {
        size_t wide = strlen(summary->arms[i].arm->label) + 2;
        if (summary_in_group(summary, first, i) && wide > hang && wide <= MOST_HANG) hang = wide;
    }
    page_heading("selected by validation");
    for (size_t i = first; i < summary->n_arms; i++)
        if (summary_in_group(summary, first, i)) print_selected(&summary->arms[i], hang);
}

/* --- the whole --- */

static void print_legend_of_inclusions(const fl_summary *summary)
{
    if (summary->n_inclusions)
        page_paragraph(
            14, "not worse",
            "a rule has every point of its special case, so a thorough search of it is never worse; shown: by "
            "no more than a standard error of the validation error; contradicted: the interval lies above "
            "zero, so the search fell short");
}

static void print_target(const fl_study *study)
{
    fl_text text = { 0 };
    char evaluated[80];
    fl_study_evaluations_text(study, evaluated);
    fl_text_add(&text, "%s below %g, seen %s; 'steps' are the fewest of all trials",
                fl_trial_metric_name(study->target), study->target_value, evaluated);
    page_paragraph(14, "target", text.bytes);
    fl_text_free(&text);
}

static bool has_normal(const fl_summary *summary)
{
    for (size_t i = 0; i < summary->n_pairs; i++)
        if (summary->pairs[i].tested && summary->pairs[i].normal) return true;
    return false;
}

static void print_legend(const fl_summary *summary)
{
    const fl_study *study = summary->results->study;
    bool partial = false, few = false, infeasible = false;
    for (size_t i = 0; i < summary->n_arms; i++) {
        partial |= is_partial(&summary->arms[i]);
        few |= fl_stats_from_few(&summary->arms[i].interval);
        infeasible |= summary->arms[i].results->n_infeasible > 0;
    }
    for (size_t i = 0; i < summary->n_pairs; i++)
        few |= summary->pairs[i].tested && *fl_summary_coverage(summary->pairs[i].coverage).text;
    putchar('\n');
    if (infeasible)
        page_paragraph(14, "infeasible",
                       "its training loss was no longer a finite number; a trial that ends no better than guessing is "
                       "feasible");
    page_paragraph(14, "5-95 %",
                   "resampling these N trials and selecting anew, K = N: a band, not a confidence interval");
    page_paragraph(
        14, "best of K",
        "expected test figure of what validation selects among K new trials, with its interval; K is a fifth of "
        "the trials unless the study declares less");
    if (summary->n_pairs)
        page_paragraph(
            14, "differences",
            has_normal(summary)
                ? "so many trials, and so many more than K, that the studentized difference in the best of K is "
                  "normal: "
                  "p is the normal limit's and the interval the jackknife's; claimed (*) where p after Holm's "
                  "correction "
                  "is below the level and the worse arm's search is not cut off"
                : "tested by permutation of the studentized difference in the best of K; claimed (*) where p after "
                  "Holm's correction is below the level and the worse arm's search is not cut off");
    if (few)
        page_paragraph(
            14, "[...] 86 %",
            "where it is less than 90 %, the share of 20,000 simulated studies in which such an interval held the true "
            "value");
    print_legend_of_inclusions(summary);
    if (partial) page_paragraph(14, "*", "over the draws that hold a feasible trial");
    if (study->has_target) print_target(study);
}

static void print_warnings(const fl_summary *summary)
{
    size_t n = summary->n_warnings;
    for (size_t i = 0; i < summary->n_arms; i++) n += summary->arms[i].n_warnings;
    if (!n) return;
    page_heading("warnings");
    for (size_t i = 0; i < summary->n_warnings; i++) page_warning(2, "study: ", summary->warnings[i]);
    for (size_t i = 0; i < summary->n_arms; i++) {
        char label[160];
        snprintf(label, sizeof label, "%.150s: ", summary->arms[i].arm->name);
        for (size_t w = 0; w < summary->arms[i].n_warnings; w++) page_warning(2, label, summary->arms[i].warnings[w]);
    }
}

static void print_summary(const fl_summary *summary)
{
    const fl_study *study = summary->results->study;
    page_title("%s", study->name);
    if (*study->why) page_paragraph(0, "", study->why);
    for (size_t i = 0; i < summary->n_arms; i++) {
        if (!begins_group(summary, i)) continue;
        print_group_table(summary, i);
        print_group_selected(summary, i);
        summary_print_pairs(summary, i);
        summary_print_inclusions(summary, i);
    }
    summary_print_further(summary);
    summary_print_ledger(summary);
    print_legend(summary);
    print_warnings(summary);
}

void summary_print_table(const fl_summary *const *summaries, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i) putchar('\n');
        print_summary(summaries[i]);
    }
}
