/* What selection sees of an arm's trials. */
#include "base/memory.h"
#include "results/results.h"

#include <math.h>
#include <stdlib.h>

static const fl_trial_point *scored_point(const fl_study *study, const fl_record *record)
{
    return study->select_best ? &record->best : &record->final;
}

void fl_results_entry_score_at(const fl_study *study, const fl_trial_point *point, fl_results_entry *entry)
{
    bool finite = point && isfinite(point->of[study->select]);
    entry->score = finite ? point->of[study->select] : HUGE_VAL;
    entry->val_loss = finite ? point->of[FL_TRIAL_VAL_LOSS] : HUGE_VAL;
    entry->val_error = finite ? point->of[FL_TRIAL_VAL_ERROR] : HUGE_VAL;
    entry->test_error = finite ? point->of[FL_TRIAL_TEST_ERROR] : HUGE_VAL;
}

void fl_results_entry_score(const fl_study *study, const fl_record *record, fl_results_entry *entry)
{
    bool scored = record->status == FL_OUTCOME_COMPLETE && record->has_final;
    fl_results_entry_score_at(study, scored ? scored_point(study, record) : NULL, entry);
    entry->steps_to_target = record->steps_to_target;
}

static int by_score(const void *left, const void *right)
{
    const fl_results_entry *a = *(const fl_results_entry *const *)left, *b = *(const fl_results_entry *const *)right;
    if (a->score != b->score) return a->score < b->score ? -1 : 1;
    if (a->val_loss != b->val_loss) return a->val_loss < b->val_loss ? -1 : 1;
    return (a > b) - (a < b);
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double mean_of_middle(double low, double high)
{
    return low == high ? low : low + (high - low) / 2; /* two infinities have no difference */
}

static double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_value);
    return mean_of_middle(values[(n - 1) / 2], values[n / 2]);
}

/* Of `n` repeats that all are complete; their order is changed. The test error goes with the score: it is that of the
 * repeats in the middle by score. */
static fl_results_score score_feasible(const fl_results_entry **repeats, size_t n)
{
    double *steps = fl_memory_new(n, sizeof *steps);
    for (size_t i = 0; i < n; i++) steps[i] = repeats[i]->steps_to_target;
    qsort(repeats, n, sizeof *repeats, by_score);
    const fl_results_entry *low = repeats[(n - 1) / 2], *high = repeats[n / 2];
    fl_results_score score = {
        .index = low->slot.index,
        .feasible = true,
        .record = low,
        .score = mean_of_middle(low->score, high->score),
        .val_loss = mean_of_middle(low->val_loss, high->val_loss),
        .val_error = mean_of_middle(low->val_error, high->val_error),
        .test_error = mean_of_middle(low->test_error, high->test_error),
        .steps_to_target = median(steps, n),
    };
    free(steps);
    return score;
}

static fl_results_score score_infeasible(const fl_results_entry *repeat)
{
    return (fl_results_score){ .index = repeat->slot.index,
                               .record = repeat,
                               .score = HUGE_VAL,
                               .val_loss = HUGE_VAL,
                               .val_error = HUGE_VAL,
                               .test_error = HUGE_VAL,
                               .steps_to_target = HUGE_VAL };
}

fl_results_score *fl_results_scores(const fl_results *results, const fl_results_arm *arm, size_t *n)
{
    const fl_results_entry *next = arm->search, *end = arm->search + arm->n_search;
    const fl_results_entry **complete = fl_memory_new(results->study->repeats, sizeof *complete);
    fl_results_score *scores = fl_memory_new(arm->n_search, sizeof *scores);
    *n = 0;
    while (next < end) {
        const fl_results_entry *infeasible = NULL, *failed = NULL;
        uint64_t index = next->slot.index;
        size_t n_complete = 0;
        for (; next < end && next->slot.index == index; next++) {
            if (next->status == FL_OUTCOME_FAILED) failed = next;
            if (next->status == FL_OUTCOME_INFEASIBLE) infeasible = next;
            if (next->status == FL_OUTCOME_COMPLETE && n_complete < results->study->repeats)
                complete[n_complete++] = next;
        }
        if (n_complete == results->study->repeats)
            scores[(*n)++] = score_feasible(complete, n_complete);
        else if (infeasible && !failed)
            scores[(*n)++] = score_infeasible(infeasible);
    }
    free(complete);
    return scores;
}

const fl_results_score *fl_results_best_score(const fl_results_score *scores, size_t n)
{
    const fl_results_score *best = NULL;
    for (const fl_results_score *s = scores; s < scores + n; s++) {
        bool better = !best || s->score < best->score || (s->score == best->score && s->val_loss < best->val_loss);
        if (isfinite(s->score) && better) best = s;
    }
    return best;
}
