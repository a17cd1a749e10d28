/* Comparisons: tests and intervals of the pairs that a study tests (summary_both.c). */
#include "base/memory.h"
#include "stats/detectable.h"
#include "stats/expected_best.h"
#include "stats/gap.h"
#include "stats/looks.h"
#include "stats/permutation.h"
#include "stats/subsets.h"
#include "summary/summary_parts.h"

#include <math.h>
#include <stdlib.h>

/* With m pairs, Holm asks the clearest difference for p < .05 / m: a test must draw well over 20 m divisions to get
 * there. */
enum { DIVISIONS_PER_PAIR = 100, LEAST_DIVISIONS_PER_PAIR = 40, LEAST_DIVISIONS = 400 };

/* Trials all tests of a study may shuffle together, about three seconds' worth; and its intervals. */
static const double MOST_SHUFFLED = 1e8, MOST_RESAMPLED = 3e7;
enum { DECLARED_RESAMPLES = 10000 }; /* a claim's interval is known to a hundredth of its width */

/* --- the list --- */

static fl_summary_pair pair_of(const fl_summary *summary, size_t a, size_t b)
{
    const fl_summary_arm *first = &summary->arms[a], *second = &summary->arms[b];
    return (fl_summary_pair){
        .a = a,
        .b = b,
        .k = fl_stats_fewer(first->k, second->k),
        .paired = fl_summary_paired(first->arm, second->arm),
        .tested = first->results->filled && second->results->filled && first->selected && second->selected,
        .difference = NAN,
        .low = NAN,
        .high = NAN,
        .coverage = NAN,
        .p = NAN,
        .p_adjusted = NAN,
        .detectable = NAN,
    };
}

static void list_pairs(fl_summary *summary)
{
    fl_study_pair *tested;
    summary->n_pairs = fl_summary_tested_pairs(summary->results->study, &tested);
    summary->pairs = fl_memory_new(summary->n_pairs, sizeof *summary->pairs);
    for (size_t i = 0; i < summary->n_pairs; i++) summary->pairs[i] = pair_of(summary, tested[i].left, tested[i].right);
    free(tested);
}

/* --- the trials of a pair --- */

static fl_summary_both both_of(const fl_summary *summary, fl_summary_pair *pair)
{
    const fl_summary_arm *a = &summary->arms[pair->a], *b = &summary->arms[pair->b];
    const fl_summary_side left = { a->scores, a->n_scores }, right = { b->scores, b->n_scores };
    fl_summary_both trials = fl_summary_both_of(summary->results->study, left, right, pair->paired);
    pair->n_a = trials.arms.n_a;
    pair->n_b = trials.arms.n_b;
    pair->n_left_out = trials.n_left_out;
    pair->n_worst = trials.n_worst;
    trials.arms.k = pair->k = fl_stats_fewer(pair->k, fl_stats_fewer(pair->n_a, pair->n_b));
    return trials;
}

/* --- tests --- */

size_t fl_summary_draws(size_t n_tests, double shuffled)
{
    double wanted = fmax(FL_STATS_PERMUTATIONS, (double)n_tests * DIVISIONS_PER_PAIR);
    double least = fmax(LEAST_DIVISIONS, (double)n_tests * LEAST_DIVISIONS_PER_PAIR);
    return (size_t)fmin(wanted, fmax(least, MOST_SHUFFLED / shuffled));
}

double fl_summary_shuffled(const fl_summary *summary, size_t a, size_t b, size_t k)
{
    return (double)(fl_stats_depth(summary->arms[a].n_counted, k) + fl_stats_depth(summary->arms[b].n_counted, k));
}

/* What is to be drawn: divisions of each test, and resamples of each interval. */
typedef struct draws {
    size_t divisions, resamples;
} draws;

static draws plan_draws(fl_summary *summary)
{
    double shuffled = 0, wanted = summary->results->study->claims.declared ? DECLARED_RESAMPLES : FL_STATS_RESAMPLES;
    for (size_t i = 0; i < summary->n_pairs; i++) {
        const fl_summary_pair *pair = &summary->pairs[i];
        if (!pair->tested) continue;
        shuffled += fl_summary_shuffled(summary, pair->a, pair->b, pair->k);
        summary->n_tests++;
    }
    double affordable = fmax(FL_SUMMARY_LEAST_RESAMPLES, MOST_RESAMPLED / fmax(1, shuffled));
    return (draws){ fl_summary_draws(summary->n_tests, fmax(1, shuffled)), (size_t)fmin(wanted, affordable) };
}

/* At the level of Holm's first step over `n_tests`. */
static void detect(const fl_summary *summary, fl_summary_pair *pair, fl_stats_arms arms, size_t n_tests)
{
    const fl_study *study = summary->results->study;
    pair->detectable = NAN;
    if (!pair->tested || n_tests > FL_SUMMARY_MOST_DETECTABLE) return;
    size_t planned = fl_stats_fewer(pair->n_a, pair->n_b), pilot = fl_stats_pilot(pair->k);
    arms.n_a = fl_stats_fewer(arms.n_a, pilot);
    arms.n_b = fl_stats_fewer(arms.n_b, pilot);
    planned = fl_stats_fewer(planned, study->claims.trials);
    pair->detectable = fl_stats_detectable(&arms, planned, summary->level / (double)n_tests, FL_SUMMARY_SEED);
}

void fl_summary_detect_again(const fl_summary *summary, fl_summary_pair *pair, size_t n_tests)
{
    fl_summary_both trials = both_of(summary, pair);
    detect(summary, pair, trials.arms, n_tests);
    fl_summary_both_free(&trials);
}

static double coverage_of(const fl_summary_pair *pair)
{
    size_t n = fl_stats_fewer(pair->n_a, pair->n_b);
    return pair->normal ? 0.9 : pair->paired ? fl_stats_paired_coverage(n) : fl_stats_coverage(n);
}

/* The difference with its interval, and p where a test is due: a test of no divisions is the difference alone. */
static void compare_pair(const fl_summary *summary, fl_summary_pair *pair, const draws *draw)
{
    const fl_summary_arm *a = &summary->arms[pair->a], *b = &summary->arms[pair->b];
    if (!a->selected || !b->selected) return;
    fl_summary_both trials = both_of(summary, pair);
    pair->normal = fl_stats_arms_many(&trials.arms);
    if (pair->tested && !pair->normal) pair->permutations = draw->divisions;
    if (pair->n_a && pair->n_b) {
        fl_stats_difference found = fl_stats_permutation(&trials.arms, pair->permutations, FL_SUMMARY_SEED);
        pair->difference = found.difference;
        if (pair->tested) pair->p = found.p;
    }
    if (fl_stats_fewer(pair->n_a, pair->n_b) >= FL_STUDY_TRIALS_PER_DRAW * pair->k) {
        fl_stats_gap gap = fl_stats_gap_of(&trials.arms, 0, draw->resamples, FL_SUMMARY_SEED);
        pair->low = gap.low;
        pair->high = gap.high;
        pair->coverage = coverage_of(pair);
    }
    detect(summary, pair, trials.arms, summary->n_tests);
    fl_summary_both_free(&trials);
}

/* An arm's feasible reruns; returns how many. */
static size_t take_reruns(const fl_summary_arm *arm, fl_stats_trial *trials)
{
    size_t n = 0;
    for (size_t i = 0; i < arm->results->n_reruns; i++) {
        double error = arm->results->reruns[i].figures.test_error;
        if (isfinite(error)) trials[n++] = (fl_stats_trial){ error, 0, error };
    }
    return n;
}

static void compare_reruns(const fl_summary *summary, fl_summary_pair *pair, size_t resamples)
{
    const fl_summary_arm *a = &summary->arms[pair->a], *b = &summary->arms[pair->b];
    fl_stats_trial *left = fl_memory_new(a->results->n_reruns, sizeof *left),
                   *right = fl_memory_new(b->results->n_reruns, sizeof *right);
    const fl_stats_arms arms = { left, right, take_reruns(a, left), take_reruns(b, right), 1, false };
    pair->reruns = (fl_summary_reruns){ arms.n_a, arms.n_b, NAN, NAN, NAN, NAN };
    if (fl_stats_fewer(arms.n_a, arms.n_b) >= FL_SUMMARY_LEAST_RERUNS) {
        fl_stats_gap gap = fl_stats_gap_of(&arms, 0, resamples, FL_SUMMARY_SEED);
        pair->reruns = (fl_summary_reruns){
            arms.n_a, arms.n_b, gap.difference,
            gap.low,  gap.high, fl_stats_permutation(&arms, FL_STATS_PERMUTATIONS, FL_SUMMARY_SEED).p
        };
    }
    free(left);
    free(right);
}

/* --- close calls --- */

enum { MANY_DIVISIONS = 100000, ERRORS = 3 };

/* Could p, had other divisions been drawn, have fallen on the other side of the level? */
static bool is_close(const fl_summary *summary, const fl_summary_pair *pair)
{
    if (!pair->tested || pair->normal || !(pair->p > 0) || pair->permutations >= MANY_DIVISIONS) return false;
    double error = sqrt(pair->p * (1 - pair->p) / (double)pair->permutations), corrected = pair->p_adjusted / pair->p;
    return fabs(pair->p_adjusted - summary->level) < ERRORS * corrected * error;
}

bool fl_summary_draw_on(const fl_summary *summary, fl_summary_pair *pair)
{
    double shuffled = (double)summary->n_tests * fl_summary_shuffled(summary, pair->a, pair->b, pair->k);
    size_t divisions = (size_t)fmin(MANY_DIVISIONS, MOST_SHUFFLED / fmax(1, shuffled));
    if (!is_close(summary, pair) || divisions <= pair->permutations) return false;
    fl_summary_both trials = both_of(summary, pair);
    pair->permutations = divisions;
    pair->p = fl_stats_permutation(&trials.arms, divisions, FL_SUMMARY_SEED).p;
    fl_summary_both_free(&trials);
    return true;
}

void fl_summary_compare(fl_summary *summary)
{
    const fl_study_claims *claims = &summary->results->study->claims;
    summary->n_looks = 1 + (claims->declared ? summary->results->earlier_looks : 0);
    summary->level = fl_stats_level_of_look(summary->n_looks);
    list_pairs(summary);
    draws draw = plan_draws(summary);
    for (size_t i = 0; i < summary->n_pairs; i++) {
        compare_pair(summary, &summary->pairs[i], &draw);
        compare_reruns(summary, &summary->pairs[i], draw.resamples);
    }
}
