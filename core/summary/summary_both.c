/* Pairs come from the study and never from the records: what is compared must not depend on what was found. */
#include "summary/summary_both.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

bool fl_summary_comparable(const fl_study_arm *a, const fl_study_arm *b)
{
    return a->base.owners.workload == b->base.owners.workload && a->base.backend == b->base.backend &&
           a->base.precision == b->base.precision && a->base.batch_size == b->base.batch_size &&
           fl_study_same_parallel(a, b);
}

/* --- paired arms --- */

static bool same_axis(const fl_search_axis *a, const fl_search_axis *b)
{
    if (strcmp(a->name, b->name) || a->n_points != b->n_points) return false;
    if (!a->n_points) return a->log == b->log && a->min == b->min && a->max == b->max;
    return !memcmp(a->points, b->points, a->n_points * sizeof *a->points);
}

/* The next axis from `i` on that a search varies; n_axes when there is none. */
static size_t next_varying(const fl_search_space *space, size_t i)
{
    while (i < space->n_axes && !space->n_complete && !fl_search_axis_varies(space, &space->axes[i])) i++;
    return i;
}

bool fl_summary_paired(const fl_study_arm *first, const fl_study_arm *second)
{
    const fl_search_space *a = first->space, *b = second->space;
    if (a->n_complete != b->n_complete) return false;
    size_t i = next_varying(a, 0), j = next_varying(b, 0);
    while (i < a->n_axes && j < b->n_axes && same_axis(&a->axes[i], &b->axes[j])) {
        i = next_varying(a, i + 1);
        j = next_varying(b, j + 1);
    }
    return i == a->n_axes && j == b->n_axes;
}

/* --- the list --- */

static size_t take_comparable(const fl_study *study, fl_study_pair *pairs)
{
    size_t n = 0;
    for (size_t a = 0; a < study->n_arms; a++)
        for (size_t b = a + 1; b < study->n_arms; b++)
            if (fl_summary_comparable(&study->arms[a], &study->arms[b])) pairs[n++] = (fl_study_pair){ a, b };
    return n;
}

size_t fl_summary_tested_pairs(const fl_study *study, fl_study_pair **pairs)
{
    size_t declared = study->claims.n_pairs, n = study->n_arms;
    *pairs = fl_memory_new(declared ? declared : n * (n - 1) / 2, sizeof **pairs);
    if (!declared) return take_comparable(study, *pairs);
    memcpy(*pairs, study->claims.pairs, declared * sizeof **pairs);
    return declared;
}

/* --- trials --- */

double fl_summary_score_of(const fl_results_score *score)
{
    return score->figures.score;
}

double fl_summary_test_error_of(const fl_results_score *score)
{
    return score->figures.test_error;
}

/* Ties of the score go to the lower validation loss. */
static fl_stats_trial as_trial(const fl_results_score *score, fl_summary_figure_of *rank, fl_summary_figure_of *value)
{
    return (fl_stats_trial){ .score = rank(score),
                             .val_loss = rank == fl_summary_score_of ? score->figures.val_loss : 0,
                             .value = value(score) };
}

bool fl_summary_counts(const fl_study *study, const fl_results_score *score)
{
    return !study->feasible || score->feasible;
}

size_t fl_summary_take_counted(const fl_study *study, fl_summary_side side, fl_summary_figure_of *rank,
                               fl_summary_figure_of *value, fl_stats_trial *trials)
{
    size_t n = 0;
    for (size_t i = 0; i < side.n; i++)
        if (fl_summary_counts(study, &side.scores[i])) trials[n++] = as_trial(&side.scores[i], rank, value);
    return n;
}

static size_t take_tested(const fl_study *study, fl_summary_side side, fl_stats_trial *trials)
{
    return fl_summary_take_counted(study, side, fl_summary_score_of, fl_summary_test_error_of, trials);
}

/* Those without a partner are left out. */
static size_t take_pairs(fl_summary_side a, fl_summary_side b, fl_summary_both *both)
{
    size_t n = 0;
    for (size_t i = 0, j = 0; i < a.n && j < b.n;) {
        const fl_results_score *left = &a.scores[i], *right = &b.scores[j];
        if (left->index == right->index) {
            both->a[n] = as_trial(left, fl_summary_score_of, fl_summary_test_error_of);
            both->b[n++] = as_trial(right, fl_summary_score_of, fl_summary_test_error_of);
            both->n_worst += !left->feasible || !right->feasible;
        }
        i += left->index <= right->index;
        j += right->index <= left->index;
    }
    return n;
}

fl_summary_both fl_summary_both_of(const fl_study *study, fl_summary_side a, fl_summary_side b, bool paired)
{
    fl_summary_both both = { .a = fl_memory_new(a.n, sizeof *both.a), .b = fl_memory_new(b.n, sizeof *both.b) };
    size_t n_a, n_b;
    if (paired) {
        n_a = n_b = take_pairs(a, b, &both);
        both.n_left_out = a.n + b.n - 2 * n_a;
    } else {
        n_a = take_tested(study, a, both.a);
        n_b = take_tested(study, b, both.b);
    }
    both.arms = (fl_stats_arms){ both.a, both.b, n_a, n_b, 0, paired };
    return both;
}

void fl_summary_both_free(fl_summary_both *both)
{
    free(both->a);
    free(both->b);
}
