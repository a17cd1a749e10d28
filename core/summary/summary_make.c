/* A summary as a whole: first the arms, then what stands between them. */
#include "base/memory.h"
#include "summary/summary_parts.h"

#include <stdlib.h>

fl_summary *fl_summary_make(const fl_results *results)
{
    fl_summary *summary = fl_memory_new(1, sizeof *summary);
    size_t n_arms = results->study->n_arms;
    *summary =
        (fl_summary){ .results = results, .arms = fl_memory_new(n_arms, sizeof *summary->arms), .n_arms = n_arms };
    for (size_t i = 0; i < n_arms; i++) fl_summary_fill_arm(results, i, &summary->arms[i]);
    fl_summary_compare(summary);
    fl_summary_correct(&summary, 1);
    fl_summary_judge(summary);
    fl_summary_find_flips(summary);
    fl_summary_measure_further(summary);
    fl_summary_scale(summary);
    if (results->study->claims.workloads) summary->over = fl_summary_over_of(&summary, 1);
    fl_summary_include(summary);
    fl_summary_warn_of_arms(summary);
    fl_summary_warn_of_study(summary, summary->n_tests);
    return summary;
}

bool fl_summary_shows_claims(const fl_summary *summary)
{
    for (size_t i = 0; i < summary->n_flips; i++)
        if (summary->flips[i].judged) return true;
    for (size_t i = 0; i < summary->n_pairs; i++)
        if (summary->pairs[i].tested) return summary->results->study->claims.declared;
    return false;
}

void fl_summary_free(fl_summary *summary)
{
    if (!summary) return;
    for (size_t i = 0; i < summary->n_arms; i++) {
        fl_summary_arm *arm = &summary->arms[i];
        fl_record_free(&arm->record);
        free(arm->said);
        free(arm->scores);
        free(arm->levels);
        free(arm->cut_offs);
        fl_summary_unsay(arm->defaults, arm->n_defaults);
        fl_summary_unsay(arm->warnings, arm->n_warnings);
    }
    fl_summary_unsay(summary->warnings, summary->n_warnings);
    free(summary->arms);
    for (size_t i = 0; i < summary->n_inclusions; i++) free(summary->inclusions[i].why);
    for (size_t i = 0; i < summary->n_pairs; i++) {
        free(summary->pairs[i].verdict);
        fl_summary_unsay(summary->pairs[i].remarks, summary->pairs[i].n_remarks);
        free(summary->pairs[i].effort.equal);
        free(summary->pairs[i].effort.unlike);
    }
    for (size_t i = 0; i < summary->n_flips; i++) {
        free(summary->flips[i].verdict);
        fl_summary_unsay(summary->flips[i].remarks, summary->flips[i].n_remarks);
    }
    free(summary->flips);
    free(summary->scalings);
    fl_summary_over_free(summary->over);
    free(summary->inclusions);
    free(summary->pairs);
    free(summary);
}
