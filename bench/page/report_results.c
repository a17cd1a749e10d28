/* The arms' table, the pairs, the warnings. */
#include "page/report_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void report_arm(fl_text *page, const figure_sheet *sheet, const figure_arm *arm)
{
    fl_text_add(page, "<i class=\"swatch\" style=\"background:#%06x\"></i>", sheet->slots[arm->slot].colour);
    html_text(page, arm->summary->arm->label);
}

/* --- arms --- */

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
    fl_text_add(page, "<div class=\"wide\"><table>");
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
    char evaluated[80];
    fl_study_evaluations_text(study, evaluated);
    if (study->has_target)
        fl_text_add(page,
                    " The target is a <code>%s</code> below %g, looked for %s; the steps are the fewest "
                    "of all trials, and beside them stands how many reached it.",
                    fl_trial_metric_name(study->target), study->target_value, evaluated);
    fl_text_add(page, "</p>\n");
}

/* --- pairs --- */

static void add_verdict(fl_text *page, const fl_summary *summary, const fl_summary_pair *pair)
{
    size_t better = pair->difference < 0 ? pair->a : pair->b;
    if (pair->claimed) {
        html_element(page, "b", summary->arms[better].arm->label);
        fl_text_add(page, " is better");
    } else {
        html_text(page, pair->verdict);
    }
    bool reached = isfinite(summary->arms[pair->a].steps.center); /* equal steps that are infinite say nothing */
    if (pair->steps_equal && reached) fl_text_add(page, "; equal in steps");
}

static void add_pair(fl_text *page, const fl_summary *summary, const fl_summary_pair *pair)
{
    bool rate = fl_summary_rates(summary->arms[pair->a].arm);
    fl_text_add(page, "<tr><th scope=\"row\">");
    html_text(page, summary->arms[pair->a].arm->label);
    fl_text_add(page, " and ");
    html_text(page, summary->arms[pair->b].arm->label);
    fl_text_add(page, "<td>");
    html_error(page, rate, fabs(pair->difference));
    if (pair->tested)
        fl_text_add(page, "<td>%.2g<td class=\"words\">", pair->p_adjusted);
    else
        fl_text_add(page, "<td>–<td class=\"words\">");
    add_verdict(page, summary, pair);
    fl_text_add(page, "\n");
}

static void add_pairs_where(fl_text *page, const fl_summary *summary, const figure_panel *panel, bool claimed)
{
    for (size_t i = 0; i < summary->n_pairs; i++)
        if (summary->pairs[i].claimed == claimed && report_in_panel(summary, panel, summary->pairs[i].a))
            add_pair(page, summary, &summary->pairs[i]);
}

static void count_pairs(const fl_summary *summary, const figure_panel *panel, size_t *n, size_t *n_claimed)
{
    *n = *n_claimed = 0;
    for (size_t i = 0; i < summary->n_pairs; i++) {
        bool here = report_in_panel(summary, panel, summary->pairs[i].a);
        *n += here;
        *n_claimed += here && summary->pairs[i].claimed;
    }
}

enum { SHOWN_PAIRS = 15 }; /* more are folded away: six arms make fifteen pairs */

/* What is claimed first. */
static void add_pairs(fl_text *page, const fl_summary *summary, const figure_panel *panel)
{
    size_t n, n_claimed;
    count_pairs(summary, panel, &n, &n_claimed);
    if (!n) return;
    fl_text_add(page, "<details%s><summary>Differences: ", n <= SHOWN_PAIRS ? " open" : "");
    if (n_claimed)
        fl_text_add(page, "shown for %zu of %zu pair%s", n_claimed, n, n == 1 ? "" : "s");
    else
        fl_text_add(page, "none shown among %zu pair%s", n, n == 1 ? "" : "s");
    fl_text_add(page,
                "</summary><div class=\"wide\"><table><thead>"
                "<tr><th>Pair<th>Difference%s<th>p<th class=\"words\">Verdict<tbody>\n",
                fl_summary_rates(panel->arms[0].summary->arm) ? ", points" : "");
    add_pairs_where(page, summary, panel, true);
    add_pairs_where(page, summary, panel, false);
    fl_text_add(page,
                "</table></div><p class=\"note\">Of the best of N/5, by permutation of trials between the two arms; "
                "p after Holm’s correction over the study’s pairs. A difference is claimed below .05.</p></details>\n");
}

/* --- warnings --- */

static void add_warning(fl_text *page, const char *whose, const char *text)
{
    fl_text_add(page, "<li><b>");
    html_text(page, whose);
    fl_text_add(page, "</b> ");
    html_text(page, text);
    fl_text_add(page, "\n");
}

static void add_warnings(fl_text *page, const fl_summary *summary)
{
    size_t n = summary->n_warnings;
    for (size_t i = 0; i < summary->n_arms; i++) n += summary->arms[i].n_warnings;
    if (!n) return;
    fl_text_add(page, "<div class=\"warning\"><h3>Beware</h3><ul>\n");
    for (size_t i = 0; i < summary->n_warnings; i++) add_warning(page, "study", summary->warnings[i]);
    for (size_t i = 0; i < summary->n_arms; i++)
        for (size_t w = 0; w < summary->arms[i].n_warnings; w++)
            add_warning(page, summary->arms[i].arm->name, summary->arms[i].warnings[w]);
    fl_text_add(page, "</ul></div>\n");
}

void report_results(fl_text *page, const figure_sheet *sheet, const fl_summary *summary)
{
    fl_text_add(page, "<section><h2>Results</h2>\n");
    for (size_t i = 0; i < sheet->n_panels; i++) {
        if (sheet->panels[i].summary != summary) continue;
        add_arms(page, sheet, &sheet->panels[i]);
        add_pairs(page, summary, &sheet->panels[i]);
        report_inclusions(page, summary, &sheet->panels[i]);
    }
    add_legend(page, summary->results->study);
    add_warnings(page, summary);
    fl_text_add(page, "</section>\n");
}
