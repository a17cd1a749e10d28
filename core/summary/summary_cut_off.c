/* Where an arm's search is cut off: its best trials crowd an end of an axis that could be widened. */
#include "base/memory.h"
#include "stats/sample.h"
#include "summary/summary_parts.h"

#include <math.h>
#include <stdlib.h>

/* The feasible trials' places in `scores`, the best first; returns how many. */
static size_t feasible_by_score(const fl_summary_arm *arm, size_t *order)
{
    size_t n = 0;
    fl_stats_trial *trials = fl_memory_new(arm->n_scores, sizeof *trials);
    for (size_t i = 0; i < arm->n_scores; i++)
        trials[i] = (fl_stats_trial){ arm->scores[i].figures.score, arm->scores[i].figures.val_loss, 0 };
    fl_stats_rank(trials, arm->n_scores, order);
    while (n < arm->n_scores && isfinite(arm->scores[order[n]].figures.score)) n++;
    free(trials);
    return n;
}

/* Where half of the trials are as good as the last of the best tenth, its places are those of the tie-break, and tell
 * nothing of an axis: a network that learns nothing ends alike at every rate. */
static bool alike(const fl_summary_arm *arm, const size_t *order, size_t n, size_t n_best)
{
    if (!n_best || n / 2 < n_best) return false;
    return arm->scores[order[n / 2]].figures.score == arm->scores[order[n_best - 1]].figures.score;
}

/* The `n` feasible trials' best; `n` is 0 where none stand out. */
static fl_trial_values *best_values(const fl_results *results, fl_summary_arm *arm, size_t *n)
{
    size_t *order = fl_memory_new(arm->n_scores, sizeof *order);
    *n = feasible_by_score(arm, order);
    arm->alike = alike(arm, order, *n, fl_stats_axis_best(*n));
    if (arm->alike) *n = 0;
    size_t n_best = fl_stats_axis_best(*n);
    fl_trial_values *values = fl_memory_new(n_best, sizeof *values);
    for (size_t i = 0; i < n_best; i++) {
        fl_record record = fl_results_record(results, arm->scores[order[i]].record);
        values[i] = record.values;
        fl_record_free(&record);
    }
    free(order);
    return values;
}

void fl_summary_find_cut_offs(const fl_results *results, fl_summary_arm *arm)
{
    size_t n;
    const fl_search_space *space = arm->arm->space;
    fl_trial_values *best = best_values(results, arm, &n);
    arm->cut_offs = fl_memory_new(space->n_axes, sizeof *arm->cut_offs);
    for (const fl_search_axis *axis = space->axes; axis < space->axes + space->n_axes; axis++) {
        fl_summary_cut_off *next = &arm->cut_offs[arm->n_cut_offs];
        *next = (fl_summary_cut_off){ .axis = axis };
        if (fl_search_axis_varies(space, axis)) arm->n_cut_offs += fl_stats_axis_cut_off(axis, best, n, &next->edge);
    }
    free(best);
}
