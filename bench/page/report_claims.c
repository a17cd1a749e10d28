/* What the study tests, in words that have a direction, before any figure of an arm. */
#include "page/report_parts.h"

#include <math.h>

static void add_verdict(fl_text *page, const fl_summary *summary, const fl_summary_pair *pair)
{
    size_t better = pair->difference < 0 ? pair->a : pair->b;
    if (pair->claimed) {
        html_element(page, "b", summary->arms[better].arm->label);
        fl_text_add(page, " is better");
    } else {
        html_text(page, pair->verdict);
    }
}

static void add_pair(fl_text *page, const fl_summary *summary, const fl_summary_pair *pair)
{
    bool rate = fl_summary_rates(summary->arms[pair->a].arm);
    size_t worse = pair->difference > 0 ? pair->a : pair->b, better = pair->a + pair->b - worse;
    fl_text_add(page, "<tr><th scope=\"row\">");
    html_text(page, summary->arms[worse].arm->label);
    fl_text_add(page, " worse than ");
    html_text(page, summary->arms[better].arm->label);
    fl_text_add(page, "<td>");
    html_error(page, rate, fabs(pair->difference));
    if (pair->tested)
        fl_text_add(page, "<td>%.2g<td>%.2g<td class=\"words\">", pair->p, pair->p_adjusted);
    else
        fl_text_add(page, "<td>–<td>–<td class=\"words\">");
    add_verdict(page, summary, pair);
    fl_text_add(page, "\n");
}

static void add_pairs_where(fl_text *page, const fl_summary *summary, const figure_panel *panel, bool claimed)
{
    for (size_t i = 0; i < summary->n_pairs; i++)
        if (summary->pairs[i].claimed == claimed && report_in_panel(summary, panel, summary->pairs[i].a))
            add_pair(page, summary, &summary->pairs[i]);
}

static void add_panel(fl_text *page, const figure_sheet *sheet, const fl_summary *summary, const figure_panel *panel)
{
    if (report_several_panels(sheet, summary)) report_panel_name(page, panel);
    fl_text_add(page,
                "<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th>Difference<th>%s<th>p<th>corrected"
                "<th class=\"words\">Verdict<tbody>\n",
                fl_summary_rates(panel->arms[0].summary->arm) ? "points" : "loss");
    add_pairs_where(page, summary, panel, true);
    add_pairs_where(page, summary, panel, false);
    fl_text_add(page, "</table></div>\n");
}

void report_claims(fl_text *page, const figure_sheet *sheet, const fl_summary *summary)
{
    if (!summary->n_pairs) return;
    fl_text_add(page, "<section><h2>What is tested</h2>\n");
    for (size_t i = 0; i < sheet->n_panels; i++)
        if (sheet->panels[i].summary == summary) add_panel(page, sheet, summary, &sheet->panels[i]);
    fl_text_add(page, "</section>\n");
}
