/* What the answer cost. */
#include "page/report_parts.h"
#include "summary/summary_ledger.h"

static void add_row(fl_text *page, const char *name, const fl_summary_ledger *ledger, bool wide)
{
    fl_text_add(page, "<tr><th scope=\"row\">");
    html_text(page, name);
    fl_text_add(page, "<td>%zu<td>%.0f<td>%.3g<td>%.0f", ledger->runs, ledger->steps, ledger->core_hours,
                100 * ledger->evaluation);
    if (wide) fl_text_add(page, "<td>%zu<td>%.3g", ledger->wide_runs, ledger->wide_core_hours);
    fl_text_add(page, "\n");
}

void report_cost(fl_text *page, const fl_summary *summary)
{
    fl_summary_ledger total = fl_summary_ledger_total(summary->results);
    bool wide = total.wide_runs > 0;
    fl_text_add(page,
                "<section><h2>Cost</h2>\n<div class=\"wide\" tabindex=\"0\"><table "
                "class=\"narrow\"><thead><tr><th>Arm<th>Runs<th>Steps"
                "<th>Core-hours<th>for evaluation, %%%s<tbody>\n",
                wide ? "<th>Runs of the wide search<th>its core-hours" : "");
    for (size_t i = 0; i < summary->n_arms; i++) {
        fl_summary_ledger ledger = fl_summary_ledger_of(summary->results, i);
        add_row(page, summary->arms[i].arm->name, &ledger, wide);
    }
    add_row(page, "all", &total, wide);
    fl_text_add(page,
                "</table></div>\n<p class=\"note\">Everything that was run counts: diverged and failed runs, "
                "repeats, reruns of the selected trial, and runs that were done again.%s</p></section>\n",
                wide ? " The wide search is the study that the axes were narrowed from." : "");
}
