/* Arms: from an arm's scores to the figures that are reported of it. */
#include "summary/summary.h"
#include "base/memory.h"
#include "stats/effort.h"
#include "stats/sample.h"
#include "stats/subsets.h"
#include "summary/summary_parts.h"
#include "summary/summary_words.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_DRAWS = 100000000 }; /* that an interval's bootstrap may spend, about two seconds */

void fl_summary_say(char ***list, size_t *n, const char *format, ...)
{
    va_list arguments;
    *list = fl_memory_grow(*list, *n + 1, sizeof **list);
    va_start(arguments, format);
    if (vasprintf(&(*list)[(*n)++], format, arguments) < 0) fl_error_give_up("no memory for a sentence");
    va_end(arguments);
}

void fl_summary_unsay(char **list, size_t n)
{
    for (size_t i = 0; i < n; i++) free(list[i]);
    free(list);
}

/* --- the trials that count --- */

static double val_error_of(const fl_results_score *score)
{
    return score->figures.val_error;
}

static double steps_of(const fl_results_score *score)
{
    return score->figures.steps_to_target;
}

/* Trials that `rank` ranks and of which `value` is reported. */
static fl_stats_trial *counted(const fl_study *study, const fl_summary_arm *arm, fl_summary_figure_of *rank,
                               fl_summary_figure_of *value)
{
    fl_stats_trial *trials = fl_memory_new(arm->n_counted, sizeof *trials);
    fl_summary_take_counted(study, (fl_summary_side){ arm->scores, arm->n_scores }, rank, value, trials);
    return trials;
}

fl_stats_trial *fl_summary_tested(const fl_study *study, const fl_summary_arm *arm)
{
    return counted(study, arm, fl_summary_score_of, fl_summary_test_error_of);
}

fl_stats_trial *fl_summary_scored(const fl_study *study, const fl_summary_arm *arm)
{
    return counted(study, arm, fl_summary_score_of, fl_summary_score_of);
}

fl_stats_trial *fl_summary_stepped(const fl_study *study, const fl_summary_arm *arm)
{
    return counted(study, arm, steps_of, steps_of);
}

static double median(const fl_stats_trial *trials, size_t n)
{
    double *values = fl_memory_new(n, sizeof *values);
    for (size_t i = 0; i < n; i++) values[i] = trials[i].value;
    double middle = fl_stats_median(values, n);
    free(values);
    return middle;
}

/* --- figures --- */

static void fill_val_error(const fl_study *study, fl_summary_arm *arm)
{
    fl_stats_trial *trials = counted(study, arm, fl_summary_score_of, val_error_of);
    fl_stats_distribution distribution = fl_stats_best_of(trials, arm->n_counted, arm->n_counted);
    arm->val_error = (fl_summary_band){ arm->selected ? arm->selected->figures.val_error : HUGE_VAL, distribution.low,
                                        distribution.high };
    arm->median_val_error = median(trials, arm->n_counted);
    free(trials);
}

static size_t resamples_for(size_t n, size_t k)
{
    size_t affordable = MOST_DRAWS / fl_stats_depth(n, k);
    return affordable > FL_STATS_RESAMPLES           ? FL_STATS_RESAMPLES
           : affordable < FL_SUMMARY_LEAST_RESAMPLES ? FL_SUMMARY_LEAST_RESAMPLES
                                                     : affordable;
}

static void fill_test_error(const fl_study *study, fl_summary_arm *arm)
{
    size_t n = arm->n_counted;
    fl_stats_trial *trials = fl_summary_tested(study, arm);
    fl_stats_distribution distribution = fl_stats_best_of(trials, n, n);
    arm->test_error = (fl_summary_band){ arm->selected ? arm->selected->figures.test_error : HUGE_VAL, distribution.low,
                                         distribution.high };
    arm->median_test_error = median(trials, n);
    arm->interval = fl_stats_expected_best_interval(trials, n, arm->k, resamples_for(n, arm->k), FL_SUMMARY_SEED);
    if (fl_summary_rates(arm->arm) && isfinite(arm->test_error.center))
        arm->test_standard_error =
            fl_stats_rate_error(arm->test_error.center, arm->arm->base.owners.workload->dataset->n_test);
    free(trials);
}

static void fill_levels(const fl_study *study, fl_summary_arm *arm)
{
    size_t ks[FL_STATS_EFFORTS], fifth = arm->n_counted / FL_STUDY_TRIALS_PER_DRAW;
    double means[FL_STATS_EFFORTS], finite[FL_STATS_EFFORTS];
    fl_stats_trial *trials = fl_summary_tested(study, arm);
    arm->n_levels = fl_stats_effort_ks(fifth ? fifth : 1, ks);
    arm->levels = fl_memory_new(arm->n_levels, sizeof *arm->levels);
    fl_stats_expected_best_each(trials, arm->n_counted, ks, arm->n_levels, means, finite);
    for (size_t i = 0; i < arm->n_levels; i++) arm->levels[i] = (fl_summary_level){ ks[i], means[i], finite[i] };
    free(trials);
}

static void fill_distributions(const fl_study *study, fl_summary_arm *arm)
{
    fl_stats_trial *trials = fl_summary_scored(study, arm);
    arm->n_distributions = fl_stats_best_of_each(trials, arm->n_counted, arm->distributions);
    free(trials);
}

/* With K = N the median draw is the fewest steps of all: the best trial is in 1 - (1 - 1/N)^N > .63 of the draws. */
static void fill_steps(const fl_study *study, fl_summary_arm *arm)
{
    size_t n = arm->n_counted, n_reached = 0;
    fl_stats_trial *trials = fl_summary_stepped(study, arm);
    fl_stats_distribution distribution = fl_stats_best_of(trials, n, n);
    for (size_t i = 0; i < n; i++) n_reached += isfinite(trials[i].value);
    arm->steps = (fl_summary_band){ distribution.median, distribution.low, distribution.high };
    arm->median_steps = median(trials, n);
    arm->reached = (double)n_reached / (double)n;
    arm->reached_draws = distribution.finite;
    free(trials);
}

static void fill_reruns(fl_summary_arm *arm)
{
    double sum = 0, least = HUGE_VAL, most = -HUGE_VAL;
    size_t n = 0;
    for (size_t i = 0; i < arm->results->n_reruns; i++) {
        double error = arm->results->reruns[i].figures.test_error;
        if (!isfinite(error)) continue;
        sum += error;
        least = fmin(least, error);
        most = fmax(most, error);
        n++;
    }
    arm->rerun_mean = n ? sum / (double)n : NAN;
    arm->rerun_low = n ? least : NAN;
    arm->rerun_high = n ? most : NAN;
}

/* --- hyperparameters --- */

static void add_default(fl_summary_arm *arm, const char *prefix, const fl_hyper *hyper)
{
    char number[FL_TEXT_NUMBER_SIZE];
    snprintf(number, sizeof number, "%.6g", hyper->default_value);
    const char *value = hyper->scale == FL_HYPER_CHOICE ? hyper->choices[(size_t)hyper->default_value] : number;
    fl_summary_say(&arm->defaults, &arm->n_defaults, "%s%s = %s", prefix, hyper->name, value);
}

/* Name what neither the space nor the study settles; a workload's options are the same for all arms. */
static void fill_defaults(fl_summary_arm *arm)
{
    for (fl_trial_owner owner = FL_TRIAL_OF_OPTIMIZER; owner <= FL_TRIAL_OF_SCHEDULE; owner++) {
        size_t n;
        const fl_hyper *table = fl_trial_owner_table(&arm->arm->base.owners, owner, &n);
        for (size_t i = 0; i < n; i++)
            if (!fl_search_space_settles(arm->arm->space, owner, i) && !isnan(table[i].default_value))
                add_default(arm, fl_trial_owner_prefix(owner), &table[i]);
    }
}

/* --- arms --- */

/* The study's, so that K is the same in every arm; a budget that is not filled has no more than its own fifth. */
static size_t k_of(const fl_study *study, size_t n)
{
    size_t fifth = n >= FL_STUDY_TRIALS_PER_DRAW ? n / FL_STUDY_TRIALS_PER_DRAW : 1;
    return study->claims.k < fifth ? study->claims.k : fifth;
}

void fl_summary_fill_arm(const fl_results *results, size_t i, fl_summary_arm *arm)
{
    const fl_study *study = results->study;
    const fl_summary_band none = { HUGE_VAL, HUGE_VAL, HUGE_VAL };
    *arm = (fl_summary_arm){ .arm = &study->arms[i],
                             .said = fl_summary_said(study->arms[i].label),
                             .results = &results->arms[i],
                             .val_error = none,
                             .test_error = none,
                             .steps = none,
                             .test_standard_error = NAN,
                             .median_val_error = HUGE_VAL,
                             .median_test_error = HUGE_VAL,
                             .median_steps = HUGE_VAL };
    arm->scores = fl_results_scores(results, arm->results, &arm->n_scores);
    arm->selected = fl_results_best_score(arm->scores, arm->n_scores);
    if (arm->selected) arm->record = fl_results_record(results, arm->selected->record);
    arm->n_run = arm->results->n_run;
    for (size_t s = 0; s < arm->n_scores; s++) arm->n_counted += fl_summary_counts(study, &arm->scores[s]);
    arm->k = k_of(study, arm->n_counted);
    arm->interval = fl_stats_expected_best_interval(NULL, 0, arm->k, 0, FL_SUMMARY_SEED);
    fill_defaults(arm);
    fill_reruns(arm);
    fl_summary_find_cut_offs(results, arm);
    if (!arm->n_counted) return;
    fill_val_error(study, arm);
    fill_test_error(study, arm);
    fill_levels(study, arm);
    fill_distributions(study, arm);
    if (study->has_target) fill_steps(study, arm);
}

bool fl_summary_diverged(const fl_summary_arm *arm)
{
    return arm->n_run && arm->results->n_infeasible == arm->n_run;
}

bool fl_summary_rates(const fl_study_arm *arm)
{
    return fl_workload_error_of(arm->base.owners.workload) == FL_WORKLOAD_SHARE;
}

const char *fl_summary_error_word(const fl_study_arm *arm)
{
    return fl_workload_error_of(arm->base.owners.workload) == FL_WORKLOAD_LOSS ? "loss" : "error";
}

bool fl_summary_score_rates(const fl_study *study, const fl_study_arm *arm)
{
    return study->select == FL_TRIAL_VAL_ERROR && fl_summary_rates(arm);
}
