/* What selection sees of an arm's trials. */
#include "base/memory.h"
#include "results/results.h"

#include <math.h>
#include <stdlib.h>

static const fl_trial_point *scored_point(const fl_study *study, const fl_record *record)
{
    return study->select_best ? &record->best : &record->final;
}

static const fl_results_figures NO_FIGURES = { HUGE_VAL, HUGE_VAL, HUGE_VAL, HUGE_VAL, HUGE_VAL };

void fl_results_figures_at(const fl_study *study, const fl_trial_point *point, fl_results_figures *figures)
{
    double steps = figures->steps_to_target;
    *figures = NO_FIGURES;
    figures->steps_to_target = steps;
    if (!point || !isfinite(point->of[study->select])) return;
    figures->score = point->of[study->select];
    figures->val_loss = point->of[FL_TRIAL_VAL_LOSS];
    figures->val_error = point->of[FL_TRIAL_VAL_ERROR];
    figures->test_error = point->of[FL_TRIAL_TEST_ERROR];
}

fl_results_figures fl_results_figures_of(const fl_study *study, const fl_record *record)
{
    fl_results_figures figures = { .steps_to_target = record->steps_to_target };
    bool scored = record->status == FL_OUTCOME_COMPLETE && record->has_final;
    fl_results_figures_at(study, scored ? scored_point(study, record) : NULL, &figures);
    return figures;
}

int fl_results_figures_compare(const fl_results_figures *a, const fl_results_figures *b)
{
    if (a->score != b->score) return a->score < b->score ? -1 : 1;
    return (a->val_loss > b->val_loss) - (a->val_loss < b->val_loss);
}

static int by_score(const void *left, const void *right)
{
    const fl_results_entry *a = *(const fl_results_entry *const *)left, *b = *(const fl_results_entry *const *)right;
    int order = fl_results_figures_compare(&a->figures, &b->figures);
    return order ? order : (a > b) - (a < b);
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

static fl_results_figures mean_figures(const fl_results_figures *low, const fl_results_figures *high)
{
    return (fl_results_figures){
        .score = mean_of_middle(low->score, high->score),
        .val_loss = mean_of_middle(low->val_loss, high->val_loss),
        .val_error = mean_of_middle(low->val_error, high->val_error),
        .test_error = mean_of_middle(low->test_error, high->test_error),
    };
}

/* Of `n` repeats that all are complete; their order is changed. The test error goes with the score: it is that of the
 * repeats in the middle by score. */
static fl_results_score score_feasible(const fl_results_entry **repeats, size_t n)
{
    double *steps = fl_memory_new(n, sizeof *steps);
    for (size_t i = 0; i < n; i++) steps[i] = repeats[i]->figures.steps_to_target;
    qsort(repeats, n, sizeof *repeats, by_score);
    const fl_results_entry *low = repeats[(n - 1) / 2], *high = repeats[n / 2];
    fl_results_score score = { .index = low->slot.index,
                               .feasible = true,
                               .record = low,
                               .figures = mean_figures(&low->figures, &high->figures) };
    score.figures.steps_to_target = median(steps, n);
    free(steps);
    return score;
}

static fl_results_score score_infeasible(const fl_results_entry *repeat)
{
    return (fl_results_score){ .index = repeat->slot.index, .record = repeat, .figures = NO_FIGURES };
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
        bool better = !best || fl_results_figures_compare(&s->figures, &best->figures) < 0;
        if (isfinite(s->figures.score) && better) best = s;
    }
    return best;
}
