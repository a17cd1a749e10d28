/* Comparisons: every pair of arms that differ in optimizer, schedule and space alone. */
#include "base/memory.h"
#include "stats/holm.h"
#include "stats/permutation.h"
#include "stats/steps.h"
#include "summary/summary_parts.h"

#include <math.h>
#include <stdlib.h>

/* With m pairs, Holm asks the clearest difference for p < .05 / m: a test must draw well over 20 m divisions to get
 * there. */
enum { DIVISIONS_PER_PAIR = 100, LEAST_DIVISIONS_PER_PAIR = 40, LEAST_DIVISIONS = 400 };

/* Trials all tests of a study may shuffle together, about two seconds' worth. */
static const double MOST_SHUFFLED = 1e8;

enum { PERMUTATION_SEED = 1 }; /* any fixed number: the summary is a pure function of the records */

bool fl_summary_comparable(const fl_study_arm *a, const fl_study_arm *b)
{
    return a->base.owners.workload == b->base.owners.workload && a->base.backend == b->base.backend &&
           a->base.precision == b->base.precision && a->base.batch_size == b->base.batch_size;
}

/* --- the list --- */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static fl_summary_pair pair_of(const fl_summary *summary, size_t a, size_t b)
{
    const fl_summary_arm *first = &summary->arms[a], *second = &summary->arms[b];
    return (fl_summary_pair){
        .a = a,
        .b = b,
        .k = smaller(first->k, second->k),
        .tested = first->results->filled && second->results->filled && first->n_counted && second->n_counted,
        .difference = NAN,
        .p = NAN,
        .p_adjusted = NAN,
    };
}

static void list_pairs(fl_summary *summary)
{
    size_t n = summary->n_arms;
    summary->pairs = fl_memory_new(n * (n - 1) / 2, sizeof *summary->pairs);
    for (size_t a = 0; a < n; a++)
        for (size_t b = a + 1; b < n; b++)
            if (fl_summary_comparable(summary->arms[a].arm, summary->arms[b].arm))
                summary->pairs[summary->n_pairs++] = pair_of(summary, a, b);
}

/* --- tests --- */

static size_t trials_of(const fl_summary *summary, const fl_summary_pair *pair)
{
    return summary->arms[pair->a].n_counted + summary->arms[pair->b].n_counted;
}

size_t fl_summary_draws(size_t n_tests, double shuffled)
{
    double wanted = fmax(FL_STATS_PERMUTATIONS, (double)n_tests * DIVISIONS_PER_PAIR);
    double least = fmax(LEAST_DIVISIONS, (double)n_tests * LEAST_DIVISIONS_PER_PAIR);
    return (size_t)fmin(wanted, fmax(least, MOST_SHUFFLED / shuffled));
}

static void plan_tests(fl_summary *summary)
{
    size_t n_tests = 0;
    double shuffled = 0;
    for (size_t i = 0; i < summary->n_pairs; i++) {
        if (!summary->pairs[i].tested) continue;
        shuffled += (double)trials_of(summary, &summary->pairs[i]);
        n_tests++;
    }
    for (size_t i = 0; i < summary->n_pairs; i++)
        if (summary->pairs[i].tested) summary->pairs[i].permutations = fl_summary_draws(n_tests, shuffled);
}

/* The difference, and its p where a test is due: a test of no divisions is the difference alone. */
static void compare_pair(const fl_summary *summary, fl_summary_pair *pair)
{
    const fl_summary_arm *a = &summary->arms[pair->a], *b = &summary->arms[pair->b];
    if (!a->n_counted || !b->n_counted) return;
    const fl_study *study = summary->results->study;
    fl_stats_trial *left = fl_summary_tested(study, a), *right = fl_summary_tested(study, b);
    fl_stats_difference found =
        fl_stats_permutation(left, a->n_counted, right, b->n_counted, pair->k, pair->permutations, PERMUTATION_SEED);
    pair->difference = found.difference;
    if (pair->tested) pair->p = found.p;
    free(left);
    free(right);
}

static void adjust(fl_summary *summary)
{
    double *p = fl_memory_new(summary->n_pairs, sizeof *p);
    size_t n = 0;
    for (size_t i = 0; i < summary->n_pairs; i++)
        if (summary->pairs[i].tested) p[n++] = summary->pairs[i].p;
    fl_stats_holm(p, n, p);
    for (size_t i = summary->n_pairs; i-- > 0;)
        if (summary->pairs[i].tested) summary->pairs[i].p_adjusted = p[--n];
    free(p);
}

/* --- verdicts --- */

static const char *verdict_of(const fl_summary_pair *pair)
{
    if (!pair->tested) return "no claim: budget not filled";
    if (!pair->claimed) return "no difference shown";
    return pair->difference < 0 ? "a is better" : "b is better";
}

static void judge(const fl_summary *summary, fl_summary_pair *pair)
{
    const fl_study *study = summary->results->study;
    const fl_summary_arm *a = &summary->arms[pair->a], *b = &summary->arms[pair->b];
    double apart = fabs(a->test_error.center - b->test_error.center);
    pair->claimed = pair->tested && pair->p_adjusted < FL_SUMMARY_LEVEL;
    pair->steps_equal =
        study->has_target && fl_stats_steps_equal(a->steps.center, b->steps.center, (double)study->eval_every);
    pair->within_error = apart < fmax(a->test_standard_error, b->test_standard_error);
    pair->verdict = verdict_of(pair);
}

void fl_summary_compare(fl_summary *summary)
{
    list_pairs(summary);
    plan_tests(summary);
    for (size_t i = 0; i < summary->n_pairs; i++) compare_pair(summary, &summary->pairs[i]);
    adjust(summary);
    for (size_t i = 0; i < summary->n_pairs; i++) judge(summary, &summary->pairs[i]);
}
