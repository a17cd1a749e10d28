/* What selection sees of an arm's trials. */
#include "base/memory.h"
#include "results/results.h"

#include <math.h>
#include <stdlib.h>

static const fl_point *scored_point(const fl_study *study, const fl_record *record)
{
    return study->select_best ? &record->best : &record->final;
}

void fl_brief_score(const fl_study *study, const fl_record *record, fl_brief *brief)
{
    const fl_point *point = scored_point(study, record);
    bool finite = record->status == FL_COMPLETE && record->has_final && isfinite(point->of[study->select]);
    brief->score = finite ? point->of[study->select] : HUGE_VAL;
    brief->val_loss = finite ? point->of[FL_VAL_LOSS] : HUGE_VAL;
    brief->val_error = finite ? point->of[FL_VAL_ERROR] : HUGE_VAL;
    brief->test_error = finite ? point->of[FL_TEST_ERROR] : HUGE_VAL;
    brief->steps_to_target = record->steps_to_target;
}

static int by_score(const void *left, const void *right)
{
    const fl_brief *a = *(const fl_brief *const *)left, *b = *(const fl_brief *const *)right;
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
static fl_score score_trial(const fl_brief **repeats, size_t n)
{
    double *steps = fl_new(n, sizeof *steps);
    for (size_t i = 0; i < n; i++) steps[i] = repeats[i]->steps_to_target;
    qsort(repeats, n, sizeof *repeats, by_score);
    const fl_brief *median = repeats[(n - 1) / 2];
    fl_score score = {
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

fl_score *fl_results_scores(const fl_results *results, const fl_arm_results *arm, size_t *n)
{
    const fl_brief *next = arm->search, *end = arm->search + arm->n_search;
    const fl_brief **ran = fl_new(results->study->repeats, sizeof *ran);
    fl_score *scores = fl_new(arm->n_search, sizeof *scores);
    *n = 0;
    while (next < end) {
        uint64_t index = next->slot.index;
        size_t n_ran = 0;
        for (; next < end && next->slot.index == index; next++)
            if (next->status != FL_FAILED && n_ran < results->study->repeats) ran[n_ran++] = next;
        if (n_ran) scores[(*n)++] = score_trial(ran, n_ran);
    }
    free(ran);
    return scores;
}

const fl_score *fl_score_best(const fl_score *scores, size_t n)
{
    const fl_score *best = NULL;
    for (const fl_score *s = scores; s < scores + n; s++) {
        bool better = !best || s->score < best->score || (s->score == best->score && s->val_loss < best->val_loss);
        if (isfinite(s->score) && better) best = s;
    }
    return best;
}
