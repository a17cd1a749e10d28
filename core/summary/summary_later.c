/* What the reader chose after the fact is said wherever the summary is: it may have been chosen because of the records.
 */
#include "summary/summary_parts.h"

void fl_summary_warn_of_later(fl_summary *summary)
{
    const fl_study *study = summary->results->study;
    if (study->select_later)
        fl_summary_say(&summary->warnings, &summary->n_warnings, "chosen after the fact: selection by %s",
                       fl_trial_metric_name(study->select));
    if (study->target_later)
        fl_summary_say(&summary->warnings, &summary->n_warnings, "chosen after the fact: the target %s below %g",
                       fl_trial_metric_name(study->target), study->target_value);
    if (summary->results->n_without_points)
        fl_summary_say(&summary->warnings, &summary->n_warnings,
                       "%zu complete trials have no readable points to be judged by as was chosen: they count as the "
                       "worst",
                       summary->results->n_without_points);
    if (study->claims_later)
        fl_summary_say(&summary->warnings, &summary->n_warnings,
                       "chosen after the fact: %s as the baseline; its comparisons were not declared",
                       study->arms[study->claims.baseline].label);
}
