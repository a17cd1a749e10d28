/* The studies of a page at a glance, before the first of them. */
#include "page/report_parts.h"

static size_t count_claimed(const fl_summary *summary)
{
    size_t n = 0;
    for (size_t i = 0; i < summary->n_pairs; i++) n += summary->pairs[i].claimed;
    return n;
}

static size_t count_warnings(const fl_summary *summary)
{
    size_t n = summary->n_warnings;
    for (size_t i = 0; i < summary->n_arms; i++) n += summary->arms[i].n_warnings;
    return n;
}

static size_t count_trials(const fl_summary *summary)
{
    size_t n = 0;
    for (size_t i = 0; i < summary->n_arms; i++) n += summary->arms[i].n_run;
    return n;
}

static void add_row(fl_text *page, const fl_summary *summary, size_t number)
{
    const fl_study *study = summary->results->study;
    fl_text_add(page, "<tr><th scope=\"row\"><a href=\"#study-%zu\">", number);
    html_text(page, study->name);
    fl_text_add(page, "</a><td class=\"sentence\">");
    html_text(page, study->why);
    fl_text_add(page, "<td>%zu<td>%zu<td class=\"words\">%zu of %zu<td>%zu<td class=\"words\">", summary->n_arms,
                count_trials(summary), count_claimed(summary), summary->n_pairs, count_warnings(summary));
    html_element(page, "code", summary->results->folder);
    fl_text_add(page, "\n");
}

void report_overview(fl_text *page, const fl_summary *const *summaries, size_t n)
{
    fl_text_add(page,
                "<header><h1>%zu studies</h1></header>\n<section id=\"overview\">"
                "<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th>Study<th class=\"words\">Question<th>Arms"
                "<th>Trials<th class=\"words\">Differences claimed<th>Warnings<th class=\"words\">Folder<tbody>\n",
                n);
    for (size_t i = 0; i < n; i++) add_row(page, summaries[i], i + 1);
    fl_text_add(page, "</table></div></section>\n");
}
