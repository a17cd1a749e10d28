/* What selection sees of an arm's trials. */
#include "base/memory.h"
#include "record/results.h"

#include <math.h>
#include <stdlib.h>

static const fl_point *scored_point(const fl_study *study, const fl_record *record)
{
    return study->select_best ? &record->best : &record->final;
}

static double score_of(const fl_study *study, const fl_record *record)
{
    bool measured = record->status == FL_COMPLETE && record->has_final;
    return measured ? scored_point(study, record)->of[study->select] : HUGE_VAL;
}

typedef struct ranked {
    const fl_record *record;
    double score, val_loss;
} ranked;

static int by_score(const void *left, const void *right)
{
    const ranked *a = left, *b = right;
    if (a->score != b->score) return a->score < b->score ? -1 : 1;
    if (a->val_loss != b->val_loss) return a->val_loss < b->val_loss ? -1 : 1;
    return (a->record > b->record) - (a->record < b->record);
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

static fl_score score_trial(const fl_study *study, fl_record **records, size_t n)
{
    ranked *order = fl_new(n, sizeof *order);
    double *steps = fl_new(n, sizeof *steps);
    for (size_t i = 0; i < n; i++) {
        double score = score_of(study, records[i]);
        bool finite = isfinite(score);
        order[i] = (ranked){ records[i], score, finite ? scored_point(study, records[i])->of[FL_VAL_LOSS] : HUGE_VAL };
        steps[i] = records[i]->steps_to_target;
    }
    qsort(order, n, sizeof *order, by_score);
    const ranked *median = &order[(n - 1) / 2];
    const fl_point *point = scored_point(study, median->record);
    bool finite = isfinite(median->score);
    fl_score score = {
        .index = median->record->slot.index,
        .record = median->record,
        .score = median->score,
        .val_loss = median->val_loss,
        .val_error = finite ? point->of[FL_VAL_ERROR] : HUGE_VAL,
        .test_error = finite ? point->of[FL_TEST_ERROR] : HUGE_VAL,
        .steps_to_target = lower_median(steps, n),
    };
    free(order);
    free(steps);
    return score;
}

fl_score *fl_results_scores(const fl_results *results, const fl_arm_results *arm, size_t *n)
{
    fl_score *scores = fl_new(arm->n_search, sizeof *scores);
    fl_record **ran = fl_new(results->study->repeats, sizeof *ran);
    *n = 0;
    for (size_t i = 0; i < arm->n_search;) {
        uint64_t index = arm->search[i]->slot.index;
        size_t n_ran = 0;
        for (; i < arm->n_search && arm->search[i]->slot.index == index; i++)
            if (arm->search[i]->status != FL_FAILED && n_ran < results->study->repeats) ran[n_ran++] = arm->search[i];
        if (n_ran) scores[(*n)++] = score_trial(results->study, ran, n_ran);
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
