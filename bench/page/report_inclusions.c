/* Rules and their special cases: what a thorough search cannot contradict, and what this one did. */
#include "page/report_parts.h"

#include <math.h>

static void add_figures(fl_text *page, bool rate, const fl_summary_inclusion *i)
{
    if (!i->judged) {
        fl_text_add(page, "<td>–<td class=\"range\">");
        return;
    }
    fl_text_add(page, "<td>");
    html_signed(page, rate, i->difference);
    fl_text_add(page, "<td class=\"range\">");
    html_signed(page, rate, i->low);
    fl_text_add(page, " to ");
    html_signed(page, rate, i->high);
}

static void add_inclusion(fl_text *page, const fl_summary *summary, const fl_summary_inclusion *i)
{
    const fl_study_arm *general = summary->arms[i->general].arm;
    fl_text_add(page, "<tr><th scope=\"row\">");
    html_text(page, summary->arms[i->general].said);
    fl_text_add(page, " is not worse than ");
    html_text(page, summary->arms[i->special].said);
    add_figures(page, fl_summary_score_rates(summary->results->study, general), i);
    fl_text_add(page, "<td class=\"words\">");
    html_element(page, i->finding == FL_SUMMARY_CONTRADICTED ? "b" : "span", fl_summary_finding_name(i->finding));
    fl_text_add(page, "<td class=\"prose\">");
    if (i->why) html_text(page, i->why);
    fl_text_add(page, "\n");
}

static void count_findings(const fl_summary *summary, const figure_panel *panel, size_t n[FL_SUMMARY_FINDINGS])
{
    for (size_t i = 0; i < summary->n_inclusions; i++)
        if (report_in_panel(summary, panel, summary->inclusions[i].special)) n[summary->inclusions[i].finding]++;
}

/* The claims with findings from `last` down to `first`: what is contradicted first. */
static void add_table(fl_text *page, const fl_summary *summary, const figure_panel *panel, fl_summary_finding first,
                      fl_summary_finding last)
{
    fl_text_add(page,
                "<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th>Claim<th colspan=\"2\">Difference%s"
                "<th class=\"words\">Finding<th class=\"words\">What the search lacks<tbody>\n",
                fl_summary_score_rates(summary->results->study, panel->arms[0].summary->arm) ? ", points" : "");
    for (fl_summary_finding finding = last + 1; finding-- > first;)
        for (size_t i = 0; i < summary->n_inclusions; i++)
            if (summary->inclusions[i].finding == finding &&
                report_in_panel(summary, panel, summary->inclusions[i].special))
                add_inclusion(page, summary, &summary->inclusions[i]);
    fl_text_add(page, "</table></div>\n");
}

static void add_counts(fl_text *page, const size_t n[FL_SUMMARY_FINDINGS])
{
    fl_text_add(page, "<p>%zu shown, %zu not shown, %zu contradicted", n[FL_SUMMARY_SHOWN], n[FL_SUMMARY_NOT_SHOWN],
                n[FL_SUMMARY_CONTRADICTED]);
    if (n[FL_SUMMARY_NO_CLAIM]) fl_text_add(page, ", %zu not judged", n[FL_SUMMARY_NO_CLAIM]);
    fl_text_add(page, ".</p>\n");
}

/* Pairs whose spaces hold no image of the special case are folded away: nothing is to be learnt of them. */
static void add_panel(fl_text *page, const fl_summary *summary, const figure_panel *panel)
{
    size_t n[FL_SUMMARY_FINDINGS] = { 0 }, n_all = 0;
    count_findings(summary, panel, n);
    for (size_t i = 0; i < FL_SUMMARY_FINDINGS; i++) n_all += n[i];
    if (n_all > n[FL_SUMMARY_NOT_HERE]) {
        add_counts(page, n);
        add_table(page, summary, panel, FL_SUMMARY_NO_CLAIM, FL_SUMMARY_CONTRADICTED);
    }
    if (!n[FL_SUMMARY_NOT_HERE]) return;
    fl_text_add(page,
                "<details><summary>%zu not to be judged: the space holds no point of the special case</summary>\n",
                n[FL_SUMMARY_NOT_HERE]);
    add_table(page, summary, panel, FL_SUMMARY_NOT_HERE, FL_SUMMARY_NOT_HERE);
    fl_text_add(page, "</details>\n");
}

static void add_note(fl_text *page, const fl_study *study)
{
    fl_text_add(page,
                "<p class=\"note\">A rule that includes another has all its points, so a thorough search "
                "of it cannot end up worse; where it does, the search fell short. Differences are of the best of K by "
                "<code>%s</code>, with a 90 %% interval; shown means worse by no more than a standard error of the "
                "validation error, contradicted an interval above zero and a permutation test below .05, both after "
                "Holm’s correction. Adam and RMSProp come near their special cases as epsilon grows, but for a warm-up "
                "at the start.</p>\n",
                fl_trial_metric_name(study->select));
}

void report_inclusions(fl_text *page, const figure_layout *layout, const fl_summary *summary)
{
    if (!summary->n_inclusions) return;
    fl_text_add(page, "<section><h2>Rules and their special cases</h2>\n");
    for (size_t i = 0; i < layout->n_panels; i++) {
        if (layout->panels[i].summary != summary) continue;
        if (report_several_panels(layout, summary)) report_panel_name(page, &layout->panels[i]);
        add_panel(page, summary, &layout->panels[i]);
    }
    add_note(page, summary->results->study);
    fl_text_add(page, "</section>\n");
}
