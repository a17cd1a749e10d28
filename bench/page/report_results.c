/* The arms' tables, and what their columns mean. */
#include "page/report_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void add_band(fl_text *page, bool rate, const fl_summary_band *band)
{
    fl_text_add(page, "<td>");
    html_error(page, rate, isfinite(band->center) ? band->center : NAN);
    fl_text_add(page, "<td class=\"range\">");
    html_error_range(page, rate, band->low, band->high);
}

static void add_counts(fl_text *page, const fl_summary_arm *arm)
{
    fl_text_add(page, "<td>%zu<td>%zu<td>%zu<td>%zu", arm->n_run, arm->results->n_complete, arm->results->n_infeasible,
                arm->results->n_failed);
}

static void add_best_of_k(fl_text *page, bool rate, const fl_stats_interval *interval)
{
    fl_text_add(page, "<td>");
    html_error(page, rate, isfinite(interval->estimate) ? interval->estimate : NAN);
    fl_text_add(page, "<td class=\"range\">");
    if (interval->claimed)
        html_error_range(page, rate, interval->low, interval->high);
    else
        fl_text_add(page, "not claimed");
    if (fl_stats_from_few(interval)) fl_text_add(page, "<small>covers %.0f %%</small>", 100 * interval->coverage);
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

/* Which columns a study has. */
typedef struct shape {
    bool rate, target, reruns;
} shape;

static shape shape_of(const figure_panel *panel)
{
    shape found = { .rate = fl_summary_rates(panel->arms[0].summary->arm),
                    .target = panel->summary->results->study->has_target };
    for (size_t i = 0; i < panel->n_arms; i++) found.reruns = found.reruns || panel->arms[i].summary->results->n_reruns;
    return found;
}

static void add_head(fl_text *page, const shape *columns)
{
    const char *what = columns->rate ? "error, %" : "loss";
    fl_text_add(page,
                "<thead><tr><th>Arm<th>Trials<th>Com&shy;plete<th>Infea&shy;sible<th>Failed"
                "<th colspan=\"2\">Validation %s<th colspan=\"2\">Test %s<th colspan=\"2\">Best of N/5, test %s",
                what, what, what);
    if (columns->reruns) fl_text_add(page, "<th colspan=\"2\">Reruns, test %s", what);
    if (columns->target) fl_text_add(page, "<th colspan=\"2\">Steps to target");
    fl_text_add(page, "<tbody>\n");
}

static void add_row(fl_text *page, const figure_sheet *sheet, const figure_arm *arm, const shape *columns)
{
    fl_text_add(page, "<tr><th scope=\"row\">");
    report_arm(page, sheet, arm);
    add_counts(page, arm->summary);
    add_band(page, columns->rate, &arm->summary->val_error);
    add_band(page, columns->rate, &arm->summary->test_error);
    add_best_of_k(page, columns->rate, &arm->summary->interval);
    if (columns->reruns) add_reruns(page, columns->rate, arm->summary);
    if (columns->target) add_steps(page, arm->summary);
    fl_text_add(page, "\n");
}

static void add_conditions(fl_text *page, const figure_panel *panel)
{
    const fl_trial *base = &panel->arms[0].summary->arm->base;
    fl_text_add(page, "<h3>");
    html_text(page, panel->title);
    fl_text_add(page, " <small>batch %zu, %s %s, %zu steps</small></h3>\n", base->batch_size, base->backend->entry.name,
                fl_backend_precision_name(base->precision), base->steps);
}

static void add_arms(fl_text *page, const figure_sheet *sheet, const figure_panel *panel)
{
    shape columns = shape_of(panel);
    add_conditions(page, panel);
    fl_text_add(page, "<div class=\"wide\" tabindex=\"0\"><table>");
    add_head(page, &columns);
    for (size_t i = 0; i < panel->n_arms; i++) add_row(page, sheet, &panel->arms[i], &columns);
    fl_text_add(page, "</table></div>\n");
}

static void add_legend(fl_text *page, const fl_study *study)
{
    fl_text_add(page,
                "<p class=\"note\">Errors are those of the trial that validation selected; the range beside one is "
                "the 5–95 %% band of resampling these N trials and selecting anew, not a confidence interval. "
                "<em>Best of N/5</em> is what selection among a fifth as many new trials is expected to report, "
                "with a 90 %% interval. <em>Covers</em> tells, where the trials are few, how many of 20,000 simulated "
                "studies such an interval covers.");
    if (study->has_target)
        fl_text_add(page,
                    " The target is a <code>%s</code> below %g, looked for every %zu steps; the steps are the fewest "
                    "of all trials, and beside them stands how many reached it.",
                    fl_trial_metric_name(study->target), study->target_value, study->eval_every);
    fl_text_add(page, "</p>\n");
}

void report_results(fl_text *page, const figure_sheet *sheet, const fl_summary *summary)
{
    fl_text_add(page, "<section><h2>Results</h2>\n");
    for (size_t i = 0; i < sheet->n_panels; i++)
        if (sheet->panels[i].summary == summary) add_arms(page, sheet, &sheet->panels[i]);
    add_legend(page, summary->results->study);
    fl_text_add(page, "</section>\n");
}
