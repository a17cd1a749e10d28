/* The ledger: what the answer cost. Whatever was computed for an arm counts: infeasible and failed runs, repeats,
 * reruns, runs that were done again, and the wide search that its axes were narrowed from.
 */
#ifndef FL_SUMMARY_SUMMARY_LEDGER_H
#define FL_SUMMARY_SUMMARY_LEDGER_H

#include "summary/summary.h"

typedef struct fl_summary_ledger {
    size_t runs;
    double steps, core_hours;
    double evaluation; /* the fraction of this study's core-hours that evaluations took; 0 where there are none */
    size_t wide_runs;  /* of these, the wide search's */
    double wide_steps, wide_core_hours;
} fl_summary_ledger;

fl_summary_ledger fl_summary_ledger_of(const fl_results *results, size_t arm);

/* All arms together. */
fl_summary_ledger fl_summary_ledger_total(const fl_results *results);

/* {"runs": .., "steps": .., "core_hours": .., "evaluation": .., "wide": {..} or null}. New reference. */
json_t *fl_summary_ledger_json(const fl_summary_ledger *ledger);

#endif
