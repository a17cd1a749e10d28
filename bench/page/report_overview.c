/* The studies of a page at a glance, before the first of them; and one study at its head. */
#include "page/report_parts.h"
#include "summary/summary_ledger.h"

static size_t count_trials(const fl_summary *summary)
{
    size_t n = 0;
    for (size_t i = 0; i < summary->n_arms; i++) n += summary->arms[i].n_run;
    return n;
}

void report_glance(fl_text *page, const fl_summary *summary)
{
    const fl_study *study = summary->results->study;
    fl_summary_ledger cost = fl_summary_ledger_total(summary->results);
    fl_text_add(page,
                "<p class=\"note\">%zu arm%s, %zu trials of %zu steps; %.3g core-hours, of which %.0f %% for "
                "evaluation. <code>",
                summary->n_arms, summary->n_arms == 1 ? "" : "s", count_trials(summary), study->steps, cost.core_hours,
                100 * cost.evaluation);
    html_text(page, summary->results->folder);
    fl_text_add(page, "</code></p>\n");
}

/* Every claimed difference, or that there is none. */
static void add_claims(fl_text *page, const fl_summary *summary)
{
    size_t n = 0;
    for (const fl_summary_pair *pair = summary->pairs; pair < summary->pairs + summary->n_pairs; pair++) {
        if (!pair->claimed) continue;
        fl_text_add(page, n++ ? "<br>" : "");
        report_claim(page, summary, pair, true);
    }
    if (!n) fl_text_add(page, "no difference claimed");
    fl_text_add(page, "<small>%zu of %zu %s</small>", n, summary->n_pairs,
                summary->results->study->claims.declared ? "declared" : "pairs, undeclared");
}

static size_t count_cut_off(const fl_summary *summary)
{
    size_t n = 0;
    for (size_t i = 0; i < summary->n_arms; i++) n += summary->arms[i].n_cut_offs > 0;
    return n;
}

static void add_row(fl_text *page, const fl_summary *summary, size_t number)
{
    const fl_study *study = summary->results->study;
    fl_text_add(page, "<tr><th scope=\"row\"><a href=\"#study-%zu\">", number);
    html_text(page, study->name);
    fl_text_add(page, "</a><td class=\"prose\">");
    html_text(page, study->why);
    fl_text_add(page, "<td class=\"verdict\">");
    add_claims(page, summary);
    fl_text_add(page, "<td>%zu of %zu<td>%zu<td>%.3g\n", count_cut_off(summary), summary->n_arms, count_trials(summary),
                fl_summary_ledger_total(summary->results).core_hours);
}

void report_overview(fl_text *page, const fl_summary *const *summaries, size_t n)
{
    fl_text_add(page,
                "<header><h1>%zu studies</h1></header>\n<div class=\"wide\" tabindex=\"0\"><table><thead><tr>"
                "<th>Study<th class=\"words\">Question<th class=\"words\">Differences claimed<th>Arms cut off<th>Trials"
                "<th>Core-hours<tbody>\n",
                n);
    for (size_t i = 0; i < n; i++) add_row(page, summaries[i], i + 1);
    fl_text_add(page, "</table></div>\n");
}
