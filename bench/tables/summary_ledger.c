/* What the answer cost, as a table. */
#include "summary/summary_ledger.h"
#include "say/wrap.h"
#include "tables/table_parts.h"

static const page_column columns[] = {
    { "", "arm", true },
    { "", "runs", false },
    { "", "steps", false },
    { "core", "hours", false },
    { "evalu-", "ation %", false },
    { "of these wide", "runs", false },
    { "wide", "core-hours", false },
};

static void add_row(page_table *table, const char *name, const fl_summary_ledger *ledger)
{
    page_table_cell(table, "%s", name);
    page_table_cell(table, "%zu", ledger->runs);
    page_table_cell(table, "%.0f", ledger->steps);
    page_table_cell(table, "%.3g", ledger->core_hours);
    page_table_cell(table, "%.0f", 100 * ledger->evaluation);
    page_table_cell(table, ledger->wide_runs ? "%zu" : "", ledger->wide_runs);
    page_table_cell(table, ledger->wide_runs ? "%.3g" : "", ledger->wide_core_hours);
}

void summary_print_ledger(const fl_summary *summary)
{
    const fl_results *results = summary->results;
    fl_summary_ledger total = fl_summary_ledger_total(results);
    if (!total.runs) return;
    page_heading("cost, infeasible, failed and repeated runs included%s",
                 total.wide_runs ? ", and the wide search that chose the axes" : "");
    page_table *table = page_table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < results->study->n_arms; i++) {
        fl_summary_ledger ledger = fl_summary_ledger_of(results, i);
        add_row(table, results->study->arms[i].name, &ledger);
    }
    if (results->study->n_arms > 1) add_row(table, "all", &total);
    page_table_end(table);
}
