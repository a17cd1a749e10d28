/* The arms' tables, and what their columns mean. */
#include "page/report_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* --- cells --- */

static void add_counts(fl_text *page, const fl_summary_arm *arm, bool failed)
{
    fl_text_add(page, "<td>%zu<td>%zu", arm->n_run, arm->results->n_infeasible);
    if (failed) fl_text_add(page, "<td>%zu", arm->results->n_failed);
}

static void add_expected(fl_text *page, bool rate, const fl_stats_interval *interval, size_t k)
{
    fl_text_add(page, "<td><b>");
    html_error(page, rate, isfinite(interval->estimate) ? interval->estimate : NAN);
    fl_text_add(page, "</b><td class=\"range\">");
    if (interval->k != k) fl_text_add(page, "<small>best of %zu</small> ", interval->k);
    if (interval->claimed)
        html_error_range(page, rate, interval->low, interval->high);
    else
        fl_text_add(page, "no interval");
    if (fl_stats_from_few(interval)) fl_text_add(page, "<small>covers %.0f %%</small>", 100 * interval->coverage);
}

static void add_band(fl_text *page, bool rate, const fl_summary_band *band)
{
    fl_text_add(page, "<td>");
    html_error(page, rate, isfinite(band->center) ? band->center : NAN);
    fl_text_add(page, "<td class=\"range\">");
    html_error_range(page, rate, band->low, band->high);
}

static void add_reruns(fl_text *page, bool rate, const fl_summary_arm *arm)
{
    fl_text_add(page, "<td>");
    html_error(page, rate, arm->rerun_mean);
    fl_text_add(page, "<td class=\"range\">");
    html_error_range(page, rate, arm->rerun_low, arm->rerun_high);
}

static void add_steps(fl_text *page, const fl_summary_arm *arm)
{
    if (isfinite(arm->steps.center))
        fl_text_add(page, "<td>%.0f", arm->steps.center);
    else
        fl_text_add(page, "<td>never");
    fl_text_add(page, "<td class=\"range\">%.0f of %zu", arm->reached * (double)arm->n_counted, arm->n_counted);
}

/* Was it tuned enough, as far as its ends tell? */
static void add_search(fl_text *page, const fl_summary_arm *arm)
{
    fl_text_add(page, "<td class=\"words search\">");
    if (!arm->results->filled) fl_text_add(page, "budget not filled");
    for (size_t i = 0; i < arm->n_cut_offs; i++) {
        fl_text_add(page, i ? ", " : "cut off at ");
        html_element(page, "code", arm->cut_offs[i].axis->name);
    }
    if (arm->results->filled && !arm->n_cut_offs) fl_text_add(page, arm->alike ? "trials end alike" : "closed");
}

/* --- the table --- */

/* Which columns a study has. */
typedef struct shape {
    bool rate, target, reruns, failed, schedules;
    const char *error; /* its name, where it is no rate */
    size_t k;
} shape;

static const fl_schedule *schedule_of(const fl_summary_arm *arm)
{
    return arm->arm->base.owners.schedule;
}

static shape shape_of(const figure_panel *panel)
{
    const fl_study_arm *first = panel->arms[0].summary->arm;
    shape found = { .rate = fl_summary_rates(first),
                    .error = fl_summary_error_word(first),
                    .target = panel->summary->results->study->has_target,
                    .k = panel->summary->results->study->claims.k };
    for (size_t i = 0; i < panel->n_arms; i++) {
        const fl_summary_arm *arm = panel->arms[i].summary;
        found.reruns = found.reruns || arm->results->n_reruns;
        found.failed = found.failed || arm->results->n_failed;
        found.schedules = found.schedules || schedule_of(arm) != schedule_of(panel->arms[0].summary);
    }
    return found;
}

static void add_head(fl_text *page, const shape *columns)
{
    const char *what = columns->rate ? "error, %" : columns->error;
    fl_text_add(page, "<thead><tr><th>Arm");
    if (columns->schedules) fl_text_add(page, "<th class=\"words\">Schedule");
    fl_text_add(page, "<th>Trials<th>Diver&shy;ged");
    if (columns->failed) fl_text_add(page, "<th>Failed");
    fl_text_add(page, "<th colspan=\"2\">Expected test %s, best of %zu", what, columns->k);
    fl_text_add(page, "<th colspan=\"2\">Selected trial: validation %s<th colspan=\"2\">its test %s", what, what);
    if (columns->reruns) fl_text_add(page, "<th colspan=\"2\">its reruns, test %s", what);
    if (columns->target) fl_text_add(page, "<th colspan=\"2\">Steps to target");
    fl_text_add(page, "<th class=\"words\">Search<tbody>\n");
}

static void add_row(fl_text *page, const figure_layout *layout, const figure_arm *arm, const shape *columns)
{
    fl_text_add(page, "<tr><th scope=\"row\">");
    report_arm(page, layout, arm);
    if (columns->schedules) html_element(page, "td class=\"words\"", schedule_of(arm->summary)->entry.name);
    add_counts(page, arm->summary, columns->failed);
    add_expected(page, columns->rate, &arm->summary->interval, columns->k);
    add_band(page, columns->rate, &arm->summary->val_error);
    add_band(page, columns->rate, &arm->summary->test_error);
    if (columns->reruns) add_reruns(page, columns->rate, arm->summary);
    if (columns->target) add_steps(page, arm->summary);
    add_search(page, arm->summary);
    fl_text_add(page, "\n");
}

static void add_conditions(fl_text *page, const figure_panel *panel)
{
    const fl_study_arm *arm = panel->arms[0].summary->arm;
    const fl_trial *base = &arm->base;
    fl_text_add(page, "<h3>");
    html_text(page, panel->title);
    fl_text_add(page, " <small>batch %zu, %s %s, %zu steps", base->batch_size, base->backend->entry.name,
                fl_backend_precision_name(base->precision), base->steps);
    if (arm->parallel) fl_text_add(page, ", ");
    if (arm->parallel) html_text(page, arm->parallel);
    fl_text_add(page, "</small></h3>\n");
}

static void add_arms(fl_text *page, const figure_layout *layout, const figure_panel *panel)
{
    shape columns = shape_of(panel);
    add_conditions(page, panel);
    fl_text_add(page, "<div class=\"wide\" tabindex=\"0\"><table>");
    add_head(page, &columns);
    for (size_t i = 0; i < panel->n_arms; i++) add_row(page, layout, &panel->arms[i], &columns);
    fl_text_add(page, "</table></div>\n");
}

/* --- what it means --- */

static void add_target(fl_text *page, const fl_study *study)
{
    char evaluated[80];
    fl_study_evaluations_text(study, evaluated);
    fl_text_add(
        page,
        " <dt>Steps to target<dd>The fewest of all trials to a <code>%s</code> below %g, looked for %s, and how "
        "many trials reached it.\n",
        fl_trial_metric_name(study->target), study->target_value, evaluated);
}

static bool has_reruns(const fl_summary *summary)
{
    for (size_t i = 0; i < summary->n_arms; i++)
        if (summary->arms[i].results->n_reruns) return true;
    return false;
}

static void add_legend(fl_text *page, const fl_summary *summary)
{
    fl_text_add(
        page,
        "<dl class=\"facts note\"><dt>Expected, best of K<dd>What validation selects among K new trials is "
        "expected to reach, with a 90 %% interval; this is what is tested. <em>Covers</em> tells, where trials "
        "are few, in what share of 20,000 simulated studies such an interval held the true value.\n"
        "<dt>Selected trial<dd>The one that validation chose of all; the range is the 5–95 %% band of "
        "resampling these trials, not a confidence interval.\n"
        "<dt>Diverged<dd>Its training loss was no longer a finite number: the trial is infeasible. Every other trial "
        "that ran is feasible, even one that ends no better than guessing: its error counts.\n"
        "<dt>Search<dd>Cut off: the best trials crowd an end of that axis, so a wider space may do better; "
        "closed: they do not, which does not tell whether more trials would. Trials end alike: half of them score as "
        "the best tenth, so that no end can be crowded. Budget not filled: fewer trials than the study asks for, so "
        "nothing is claimed.\n");
    if (has_reruns(summary))
        fl_text_add(page,
                    "<dt>Its reruns<dd>The selected trial’s settings run again with fresh seeds: the mean, and the "
                    "least to the greatest. Arms with fewer than %d reruns each are not compared by them.\n",
                    FL_SUMMARY_LEAST_RERUNS);
    if (summary->results->study->has_target) add_target(page, summary->results->study);
    fl_text_add(page, "</dl>\n");
}

void report_results(fl_text *page, const figure_layout *layout, const fl_summary *summary)
{
    fl_text_add(page, "<section><h2>Results</h2>\n");
    for (size_t i = 0; i < layout->n_panels; i++)
        if (layout->panels[i].summary == summary) add_arms(page, layout, &layout->panels[i]);
    report_levels(page, summary);
    add_legend(page, summary);
    fl_text_add(page, "</section>\n");
}
