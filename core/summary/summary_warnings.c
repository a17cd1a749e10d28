/* Warnings: what somebody should know before believing a summary. Each function below looks at one thing. */
#include "base/memory.h"
#include "stats/axis.h"
#include "stats/permutation.h"
#include "summary/summary_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { NAMED = 3 }; /* of many things of a kind, so many are named */

#define WARN(of, ...) fl_summary_say(&(of)->warnings, &(of)->n_warnings, __VA_ARGS__)

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

/* --- an arm's budget --- */

static void warn_of_budget(const fl_study *study, fl_summary_arm *arm)
{
    if (!arm->results->filled && arm->n_counted >= study->trials)
        WARN(
            arm,
            "budget not filled: trials or repeats of trials are missing in between, so nothing is claimed of this arm");
    else if (!arm->results->filled)
        WARN(arm, "budget not filled: %zu of %zu %strials, so nothing is claimed of this arm", arm->n_counted,
             study->trials, study->feasible ? "feasible " : "");
    if (!arm->selected)
        WARN(arm, "no trial has a finite figure, so none is selected");
    else if (arm->n_counted < FL_SUMMARY_FEW_TRIALS)
        WARN(arm, "too few trials to tell: %zu count, %d are the least to tune even two hyperparameters with",
             arm->n_counted, FL_SUMMARY_FEW_TRIALS);
}

static void warn_of_failed(const fl_results *results, fl_summary_arm *arm)
{
    size_t n = arm->results->n_failed;
    const fl_results_entry *first = arm->results->search;
    if (!n) return;
    while (first->status != FL_OUTCOME_FAILED) first++;
    fl_record record = fl_results_record(results, first);
    WARN(arm,
         "%zu trial%s failed and count%s for nothing, the first at index %" PRIu64
         " (%s); --retry-failed runs them again",
         n, plural(n), n == 1 ? "s" : "", first->slot.index, record.reason ? record.reason : "no reason given");
    fl_record_free(&record);
}

static void warn_of_stopped(fl_summary_arm *arm)
{
    size_t n = 0;
    for (size_t i = 0; i < arm->results->n_search; i++) n += arm->results->search[i].stopped_early;
    if (!n) return;
    bool selected = arm->selected && arm->selected->record->stopped_early;
    WARN(arm, "%zu trial%s stopped early (stop_above or patience) and judged where %s stopped%s", n,
         n == 1 ? " was" : "s were", n == 1 ? "it" : "they", selected ? ", the selected one among them" : "");
}

/* --- where an arm ran --- */

static void warn_of_hosts(const fl_results *results, fl_summary_arm *arm)
{
    size_t n = 0;
    bool *seen = fl_memory_new(results->n_host_keys, sizeof *seen);
    for (size_t i = 0; i < arm->results->n_search; i++) {
        n += !seen[arm->results->search[i].host];
        seen[arm->results->search[i].host] = true;
    }
    free(seen);
    if (n > 1)
        WARN(arm,
             "trials ran on %zu different machines or builds: their times do not compare, and their bits may differ",
             n);
}

/* --- reruns --- */

static void warn_of_reruns(const fl_study *study, fl_summary_arm *arm)
{
    size_t n = arm->results->n_reruns, n_complete = 0;
    for (size_t i = 0; i < n; i++) n_complete += arm->results->reruns[i].status == FL_OUTCOME_COMPLETE;
    if (arm->selected && n < study->rerun_best && !study->select_later)
        WARN(arm, "%zu of %zu reruns of the selected trial are missing; running the study again does them",
             study->rerun_best - n, study->rerun_best);
    if (n_complete < n) WARN(arm, "%zu of %zu reruns of the selected trial did not complete", n - n_complete, n);
}

/* --- the search space --- */

static void warn_of_cut_off(fl_summary_arm *arm, const fl_summary_cut_off *cut_off)
{
    double min, max;
    const fl_search_axis *axis = cut_off->axis;
    const fl_stats_edge *edge = &cut_off->edge;
    fl_stats_axis_ends(axis, &min, &max);
    if (axis->n_points)
        WARN(arm, "the best %zu trial%s the %s of the %zu values listed for %s: add %.3g", edge->looked,
             edge->looked == 1 ? " has" : "s have", edge->upper ? "greatest" : "least", axis->n_points, axis->name,
             edge->wider);
    else
        WARN(arm, "%zu of the best %zu trials lie at the %s end of %s [%.3g, %.3g]: widen %s to %.3g", edge->there,
             edge->looked, edge->upper ? "upper" : "lower", axis->name, min, max, edge->upper ? "max" : "min",
             edge->wider);
}

static void warn_of_alike(fl_summary_arm *arm)
{
    if (arm->alike)
        WARN(arm, "half of its trials score as its best tenth do, so they do not tell where in its space it is best");
}

/* --- the target --- */

static void warn_of_target(fl_summary *summary)
{
    const fl_study *study = summary->results->study;
    for (size_t i = 0; i < summary->n_arms; i++)
        if (!study->has_target || !summary->arms[i].n_counted || summary->arms[i].reached > 0) return;
    WARN(summary, "no trial of any arm reached the target, %s below %.4g: it tells nothing apart",
         fl_trial_metric_name(study->target), study->target_value);
}

/* --- comparisons --- */

/* Holm multiplies the smallest p by the number of tests. */
static void warn_of_power(fl_summary *summary, size_t n_tests)
{
    double least = 1;
    for (size_t i = 0; i < summary->n_pairs; i++) {
        const fl_summary_pair *pair = &summary->pairs[i];
        if (pair->tested) least = fmin(least, fl_stats_permutation_least(pair->n_a, pair->n_b, pair->paired));
    }
    double best = fmin(1, least * (double)n_tests);
    if (summary->n_tests && best >= summary->level)
        WARN(summary, "too few trials to show any difference: with %zu test%s the smallest p they can give is %.2g",
             n_tests, plural(n_tests), best);
}

static void warn_of_divisions(fl_summary *summary)
{
    for (size_t i = 0; i < summary->n_pairs; i++) {
        const fl_summary_pair *pair = &summary->pairs[i];
        if (!pair->tested || pair->normal || pair->permutations >= FL_STATS_PERMUTATIONS) continue;
        WARN(summary,
             "with this many trials the permutation tests drew %zu divisions instead of %d: p is coarser than usual",
             pair->permutations, FL_STATS_PERMUTATIONS);
        return;
    }
}

/* Are these two trials of one index the same training, as far as its figures tell? */
static bool same_figures(const fl_results_figures *a, const fl_results_figures *b)
{
    return isfinite(a->score) && a->score == b->score && a->val_loss == b->val_loss && a->test_error == b->test_error;
}

/* How many trials of one index the arms have both, and in how many of them they came to the same figures. */
static size_t count_same(const fl_summary_arm *a, const fl_summary_arm *b, size_t *n)
{
    size_t n_same = 0;
    *n = 0;
    for (size_t i = 0, j = 0; i < a->n_scores && j < b->n_scores;) {
        const fl_results_score *left = &a->scores[i], *right = &b->scores[j];
        if (left->index == right->index) {
            ++*n;
            n_same += same_figures(&left->figures, &right->figures);
        }
        i += left->index <= right->index;
        j += right->index <= left->index;
    }
    return n_same;
}

/* Arms that ran the same trainings are no two samples: a plateau's rate that never fell is a constant one. */
static void warn_of_same(fl_summary *summary)
{
    size_t n_pairs = 0, n;
    for (size_t i = 0; i < summary->n_pairs; i++) {
        const fl_summary_arm *a = &summary->arms[summary->pairs[i].a], *b = &summary->arms[summary->pairs[i].b];
        size_t n_same = count_same(a, b, &n);
        if (n_same && 2 * n_same >= n && n_pairs++ < NAMED)
            WARN(summary,
                 "%s and %s came to the very same figures in %zu of %zu trials: what tells them apart hardly acted",
                 a->said, b->said, n_same, n);
    }
    if (n_pairs > NAMED)
        WARN(summary, "so did %zu more pair%s in half of their trials or more", n_pairs - NAMED,
             plural(n_pairs - NAMED));
}

static void warn_of_close_errors(fl_summary *summary)
{
    fl_text names = { 0 };
    double error = 0;
    for (size_t i = 0; i < summary->n_pairs; i++) {
        const fl_summary_pair *pair = &summary->pairs[i];
        const fl_summary_arm *a = &summary->arms[pair->a], *b = &summary->arms[pair->b];
        if (!pair->within_error) continue;
        fl_text_add(&names, "%s%s and %s", names.length ? "; " : "", a->arm->name, b->arm->name);
        error = fmax(error, fmax(a->test_standard_error, b->test_standard_error));
    }
    if (names.length)
        WARN(summary,
             "the selected trials of these pairs have test errors closer than the standard error of a rate on so many "
             "examples (%.2g points), so their order means nothing: %s",
             100 * error, names.bytes);
    fl_text_free(&names);
}

/* --- the folder --- */

static void warn_of_damage(fl_summary *summary)
{
    const fl_results *results = summary->results;
    fl_text names = { 0 };
    for (size_t i = 0; i < results->n_damage && i < NAMED; i++)
        fl_text_add(&names, "%s%s %s", i ? "; " : "", results->damage[i].where, results->damage[i].what);
    if (results->n_damage)
        WARN(summary, "%zu damaged line%s left out: %s%s", results->n_damage,
             results->n_damage == 1 ? " was" : "s were", names.bytes,
             results->n_damage > NAMED ? "; 'fairlead check' names them all" : "");
    fl_text_free(&names);
}

void fl_summary_warn_of_arms(fl_summary *summary)
{
    const fl_study *study = summary->results->study;
    for (size_t i = 0; i < summary->n_arms; i++) {
        fl_summary_arm *arm = &summary->arms[i];
        warn_of_budget(study, arm);
        warn_of_failed(summary->results, arm);
        warn_of_stopped(arm);
        for (size_t c = 0; c < arm->n_cut_offs; c++) warn_of_cut_off(arm, &arm->cut_offs[c]);
        warn_of_alike(arm);
        warn_of_reruns(study, arm);
        warn_of_hosts(summary->results, arm);
    }
}

void fl_summary_warn_of_study(fl_summary *summary, size_t n_tests)
{
    fl_summary_unsay(summary->warnings, summary->n_warnings);
    summary->warnings = NULL;
    summary->n_warnings = 0;
    fl_summary_warn_of_later(summary);
    warn_of_damage(summary);
    warn_of_target(summary);
    warn_of_power(summary, n_tests);
    warn_of_divisions(summary);
    warn_of_same(summary);
    warn_of_close_errors(summary);
}
