/* Sums of what results.c counted and of what the study says of the search it was narrowed from. */
#include "summary/summary_ledger.h"

static void add_wide(const fl_results *results, size_t arm, fl_summary_ledger *ledger)
{
    const json_t *costs = json_object_get(results->study->narrowed_from, "costs");
    const json_t *cost = json_object_get(costs, results->study->arms[arm].name);
    ledger->wide_runs = (size_t)json_number_value(json_object_get(cost, "runs"));
    ledger->wide_steps = json_number_value(json_object_get(cost, "steps"));
    ledger->wide_core_hours = json_number_value(json_object_get(cost, "core_hours"));
    ledger->runs += ledger->wide_runs;
    ledger->steps += ledger->wide_steps;
    ledger->core_hours += ledger->wide_core_hours;
}

fl_summary_ledger fl_summary_ledger_of(const fl_results *results, size_t arm)
{
    const fl_results_cost *cost = &results->costs[arm];
    fl_summary_ledger ledger = {
        .runs = cost->runs,
        .steps = cost->steps,
        .core_hours = cost->core_seconds / 3600,
        .evaluation = cost->core_seconds > 0 ? cost->evaluate_core_seconds / cost->core_seconds : 0,
    };
    add_wide(results, arm, &ledger);
    return ledger;
}

fl_summary_ledger fl_summary_ledger_total(const fl_results *results)
{
    fl_summary_ledger total = { .runs = 0 };
    double evaluation = 0;
    for (size_t i = 0; i < results->study->n_arms; i++) {
        fl_summary_ledger arm = fl_summary_ledger_of(results, i);
        total.runs += arm.runs;
        total.steps += arm.steps;
        total.core_hours += arm.core_hours;
        total.wide_runs += arm.wide_runs;
        total.wide_steps += arm.wide_steps;
        total.wide_core_hours += arm.wide_core_hours;
        evaluation += arm.evaluation * (arm.core_hours - arm.wide_core_hours);
    }
    double own = total.core_hours - total.wide_core_hours;
    total.evaluation = own > 0 ? evaluation / own : 0;
    return total;
}

json_t *fl_summary_ledger_json(const fl_summary_ledger *ledger)
{
    json_t *wide = ledger->wide_runs ? json_pack("{s:I, s:f, s:f}", "runs", (json_int_t)ledger->wide_runs, "steps",
                                                 ledger->wide_steps, "core_hours", ledger->wide_core_hours)
                                     : json_null();
    return json_pack("{s:I, s:f, s:f, s:f, s:o}", "runs", (json_int_t)ledger->runs, "steps", ledger->steps,
                     "core_hours", ledger->core_hours, "evaluation", ledger->evaluation, "wide", wide);
}
