/* Comparisons: tests, intervals and verdicts of the pairs that a study tests (summary_both.c). */
#include "base/memory.h"
#include "stats/detectable.h"
#include "stats/expected_best.h"
#include "stats/gap.h"
#include "stats/holm.h"
#include "stats/looks.h"
#include "stats/permutation.h"
#include "stats/steps.h"
#include "stats/subsets.h"
#include "summary/summary_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* With m pairs, Holm asks the clearest difference for p < .05 / m: a test must draw well over 20 m divisions to get
 * there. */
enum { DIVISIONS_PER_PAIR = 100, LEAST_DIVISIONS_PER_PAIR = 40, LEAST_DIVISIONS = 400 };

/* Trials all tests of a study may shuffle together, about three seconds' worth; and its intervals. */
static const double MOST_SHUFFLED = 1e8, MOST_RESAMPLED = 3e7;
enum { LEAST_RESAMPLES = 200 };      /* that still give a 5th percentile */
enum { DECLARED_RESAMPLES = 10000 }; /* a claim's interval is known to a hundredth of its width */

enum { SEED = 1 }; /* any fixed number: the summary is a pure function of the records */

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
    trials.arms.k = pair->k = smaller(pair->k, smaller(pair->n_a, pair->n_b));
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
    double affordable = fmax(LEAST_RESAMPLES, MOST_RESAMPLED / fmax(1, shuffled));
    return (draws){ fl_summary_draws(summary->n_tests, fmax(1, shuffled)), (size_t)fmin(wanted, affordable) };
}

/* At the level of Holm's first step over `n_tests`. */
static void detect(const fl_summary *summary, fl_summary_pair *pair, fl_stats_arms arms, size_t n_tests)
{
    const fl_study *study = summary->results->study;
    pair->detectable = NAN;
    if (!pair->tested || n_tests > FL_SUMMARY_MOST_DETECTABLE) return;
    size_t planned = smaller(pair->n_a, pair->n_b), pilot = fl_stats_pilot(pair->k);
    arms.n_a = smaller(arms.n_a, pilot);
    arms.n_b = smaller(arms.n_b, pilot);
    planned = smaller(planned, study->claims.trials);
    pair->detectable = fl_stats_detectable(&arms, planned, summary->level / (double)n_tests, SEED);
}

static double coverage_of(const fl_summary_pair *pair)
{
    size_t n = smaller(pair->n_a, pair->n_b);
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
        fl_stats_difference found = fl_stats_permutation(&trials.arms, pair->permutations, SEED);
        pair->difference = found.difference;
        if (pair->tested) pair->p = found.p;
    }
    if (smaller(pair->n_a, pair->n_b) >= FL_STUDY_TRIALS_PER_DRAW * pair->k) {
        fl_stats_gap gap = fl_stats_gap_of(&trials.arms, 0, draw->resamples, SEED);
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
    if (smaller(arms.n_a, arms.n_b) >= FL_SUMMARY_LEAST_RERUNS) {
        fl_stats_gap gap = fl_stats_gap_of(&arms, 0, resamples, SEED);
        pair->reruns =
            (fl_summary_reruns){ arms.n_a, arms.n_b, gap.difference,
                                 gap.low,  gap.high, fl_stats_permutation(&arms, FL_STATS_PERMUTATIONS, SEED).p };
    }
    free(left);
    free(right);
}

/* Holm over the tests of all these summaries. */
static void adjust(fl_summary *const *summaries, size_t n_summaries)
{
    size_t n = 0, next = 0;
    for (size_t s = 0; s < n_summaries; s++) n += summaries[s]->n_tests;
    double *p = fl_memory_new(n, sizeof *p);
    for (size_t s = 0; s < n_summaries; s++)
        for (size_t i = 0; i < summaries[s]->n_pairs; i++)
            if (summaries[s]->pairs[i].tested) p[next++] = summaries[s]->pairs[i].p;
    fl_stats_holm(p, n, p);
    next = 0;
    for (size_t s = 0; s < n_summaries; s++)
        for (size_t i = 0; i < summaries[s]->n_pairs; i++)
            if (summaries[s]->pairs[i].tested) summaries[s]->pairs[i].p_adjusted = p[next++];
    free(p);
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

/* Draw on where it is close, as far as a test's share of the time allows; tells whether p is new. */
static bool draw_on(const fl_summary *summary, fl_summary_pair *pair)
{
    double shuffled = (double)summary->n_tests * fl_summary_shuffled(summary, pair->a, pair->b, pair->k);
    size_t divisions = (size_t)fmin(MANY_DIVISIONS, MOST_SHUFFLED / fmax(1, shuffled));
    if (!is_close(summary, pair) || divisions <= pair->permutations) return false;
    fl_summary_both trials = both_of(summary, pair);
    pair->permutations = divisions;
    pair->p = fl_stats_permutation(&trials.arms, divisions, SEED).p;
    fl_summary_both_free(&trials);
    return true;
}

/* Correct, and once more after every close call has been looked at closely. */
static void correct(fl_summary *const *summaries, size_t n_summaries)
{
    bool again = false;
    adjust(summaries, n_summaries);
    for (size_t s = 0; s < n_summaries; s++)
        for (size_t i = 0; i < summaries[s]->n_pairs; i++) again |= draw_on(summaries[s], &summaries[s]->pairs[i]);
    if (again) adjust(summaries, n_summaries);
}

/* --- verdicts --- */

static fl_summary_verdict find(const fl_summary *summary, const fl_summary_pair *pair)
{
    const fl_summary_arm *a = &summary->arms[pair->a], *b = &summary->arms[pair->b];
    if (a->n_run && b->n_run && (fl_summary_diverged(a) || fl_summary_diverged(b))) return FL_SUMMARY_DIVERGED;
    if (!pair->tested) return FL_SUMMARY_UNFILLED;
    if (!pair->shown) return FL_SUMMARY_NOTHING;
    return summary->arms[pair->worse].n_cut_offs ? FL_SUMMARY_CUT_OFF : FL_SUMMARY_BETTER;
}

static char *words_of(const fl_summary *summary, const fl_summary_pair *pair)
{
    fl_text text = { 0 };
    const fl_summary_arm *a = &summary->arms[pair->a], *b = &summary->arms[pair->b],
                         *worse = &summary->arms[pair->worse];
    const char *better = pair->worse == pair->a ? b->said : a->said;
    switch (pair->found) {
    case FL_SUMMARY_UNFILLED:
        fl_text_add(&text, "no claim: budget not filled");
        break;
    case FL_SUMMARY_DIVERGED:
        if (!a->selected && !b->selected)
            fl_text_add(&text, "both diverged in every trial");
        else
            fl_text_add(&text, "%s diverged", a->selected ? b->said : a->said);
        break;
    case FL_SUMMARY_NOTHING:
        fl_text_add(&text, "no difference shown");
        break;
    case FL_SUMMARY_CUT_OFF:
        fl_text_add(&text, "%s is better in this space; the space of %s is cut off at", better, worse->said);
        for (size_t i = 0; i < worse->n_cut_offs; i++)
            fl_text_add(&text, "%s %s", i ? " and" : "", worse->cut_offs[i].axis->name);
        break;
    default:
        fl_text_add(&text, "%s is better%s", better, pair->size_open ? ", by how much is open" : "");
    }
    return text.bytes;
}

static void judge(const fl_summary *summary, fl_summary_pair *pair)
{
    const fl_study *study = summary->results->study;
    const fl_summary_arm *a = &summary->arms[pair->a], *b = &summary->arms[pair->b];
    double apart = fabs(a->test_error.center - b->test_error.center);
    pair->worse = pair->difference > 0 ? pair->a : pair->b;
    pair->shown = pair->tested && pair->p_adjusted < summary->level;
    pair->size_open = pair->shown && pair->low <= 0 && pair->high >= 0;
    double resolution = fl_trial_resolution(&a->arm->base, fmax(a->steps.center, b->steps.center));
    pair->steps_equal = study->has_target && fl_stats_steps_equal(a->steps.center, b->steps.center, resolution);
    pair->within_error = apart < fmax(a->test_standard_error, b->test_standard_error);
    pair->found = find(summary, pair);
    pair->claimed = pair->found == FL_SUMMARY_BETTER;
    free(pair->verdict);
    pair->verdict = words_of(summary, pair);
    fl_summary_remark_on_pair(summary, pair);
}

static void judge_all(fl_summary *summary)
{
    for (size_t i = 0; i < summary->n_pairs; i++) judge(summary, &summary->pairs[i]);
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
    correct(&summary, 1);
    judge_all(summary);
}

/* --- families --- */

static const char *family_of(const fl_summary *summary)
{
    return summary->results->study->claims.family;
}

/* Arms over the workloads of a whole family stand with its first study that declares it. */
static void compare_over_workloads(fl_summary *const *members, size_t n)
{
    fl_summary *first = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!members[i]->results->study->claims.workloads) continue;
        fl_summary_over_free(members[i]->over);
        members[i]->over = NULL;
        if (!first) first = members[i];
    }
    if (first) first->over = fl_summary_over_of(members, n);
}

/* What the whole family's correction leaves to be seen. */
static void detect_together(fl_summary *const *members, size_t n)
{
    size_t n_tests = 0;
    for (size_t i = 0; i < n; i++) n_tests += members[i]->n_tests;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < members[i]->n_pairs; k++) {
            fl_summary_both trials = both_of(members[i], &members[i]->pairs[k]);
            detect(members[i], &members[i]->pairs[k], trials.arms, n_tests);
            fl_summary_both_free(&trials);
        }
}

void fl_summary_correct_families(fl_summary *const *summaries, size_t n)
{
    fl_summary **members = fl_memory_new(n, sizeof *members);
    for (size_t first = 0; first < n; first++) {
        size_t n_members = 0;
        for (size_t i = 0; family_of(summaries[first]) && i < n; i++)
            if (family_of(summaries[i]) && !strcmp(family_of(summaries[i]), family_of(summaries[first])))
                members[n_members++] = summaries[i];
        if (n_members < 2 || members[0] != summaries[first]) continue;
        correct(members, n_members);
        detect_together(members, n_members);
        fl_summary_judge_flips(members, n_members);
        compare_over_workloads(members, n_members);
        for (size_t i = 0; i < n_members; i++) {
            members[i]->n_family = n_members;
            judge_all(members[i]);
        }
    }
    free(members);
}
