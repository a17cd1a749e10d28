/* What selection sees of an arm's trials. */
#include "base/memory.h"
#include "results/results.h"

#include <math.h>
#include <stdlib.h>

static const fl_trial_point *scored_point(const fl_study *study, const fl_record *record)
{
    return study->select_best ? &record->best : &record->final;
}

void fl_results_entry_score_at(const fl_study *study, const fl_trial_point *point, fl_results_entry *brief)
{
    bool finite = point && isfinite(point->of[study->select]);
    brief->score = finite ? point->of[study->select] : HUGE_VAL;
    brief->val_loss = finite ? point->of[FL_TRIAL_VAL_LOSS] : HUGE_VAL;
    brief->val_error = finite ? point->of[FL_TRIAL_VAL_ERROR] : HUGE_VAL;
    brief->test_error = finite ? point->of[FL_TRIAL_TEST_ERROR] : HUGE_VAL;
}

void fl_results_entry_score(const fl_study *study, const fl_record *record, fl_results_entry *brief)
{
    bool scored = record->status == FL_OUTCOME_COMPLETE && record->has_final;
    fl_results_entry_score_at(study, scored ? scored_point(study, record) : NULL, brief);
    brief->steps_to_target = record->steps_to_target;
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

/* The lower median, so that one repeat, with its test figure, stands for the trial. */
static double lower_median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_value);
    return values[(n - 1) / 2];
}

/* Of `n` repeats; their order is changed. */
static fl_results_score score_trial(const fl_results_entry **repeats, size_t n)
{
    double *steps = fl_memory_new(n, sizeof *steps);
    for (size_t i = 0; i < n; i++) steps[i] = repeats[i]->steps_to_target;
    qsort(repeats, n, sizeof *repeats, by_score);
    const fl_results_entry *median = repeats[(n - 1) / 2];
    fl_results_score score = {
        .index = median->slot.index,
        .record = median,
        .score = median->score,
        .val_loss = median->val_loss,
        .val_error = median->val_error,
        .test_error = median->test_error,
        .steps_to_target = lower_median(steps, n),
    };
    free(steps);
    return score;
}

fl_results_score *fl_results_scores(const fl_results *results, const fl_results_arm *arm, size_t *n)
{
    const fl_results_entry *next = arm->search, *end = arm->search + arm->n_search;
    const fl_results_entry **ran = fl_memory_new(results->study->repeats, sizeof *ran);
    fl_results_score *scores = fl_memory_new(arm->n_search, sizeof *scores);
    *n = 0;
    while (next < end) {
        uint64_t index = next->slot.index;
        size_t n_ran = 0;
        for (; next < end && next->slot.index == index; next++)
            if (next->status != FL_OUTCOME_FAILED && n_ran < results->study->repeats) ran[n_ran++] = next;
        if (n_ran) scores[(*n)++] = score_trial(ran, n_ran);
    }
    free(ran);
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
