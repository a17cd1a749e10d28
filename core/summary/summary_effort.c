/* What a declared pair tells beyond its test: the difference at every tuning effort, and the ratio of the steps to the
 * target. */
#include "base/memory.h"
#include "summary/summary_parts.h"

#include <math.h>
#include <stdlib.h>

/* An arm's trials that count, infinite where they did not reach. */
static fl_stats_arms stepping(const fl_summary *summary, const fl_summary_pair *pair)
{
    const fl_study *study = summary->results->study;
    const fl_summary_arm *a = &summary->arms[pair->a], *b = &summary->arms[pair->b];
    return (fl_stats_arms){
        fl_summary_stepped(study, a), fl_summary_stepped(study, b), a->n_counted, b->n_counted, pair->k, false
    };
}

static double resolution_of(const void *trial, double step)
{
    return fl_trial_resolution(trial, step);
}

static void measure_time(const fl_summary *summary, fl_summary_pair *pair)
{
    const fl_trial *a = &summary->arms[pair->a].arm->base, *b = &summary->arms[pair->b].arm->base;
    fl_stats_arms arms = stepping(summary, pair);
    pair->steps_ratio = fl_stats_steps_ratio_of(&arms, resolution_of, a, b, FL_STATS_RESAMPLES, FL_SUMMARY_SEED);
    pair->resolution = fmax(fl_trial_resolution(a, pair->steps_ratio.a), fl_trial_resolution(b, pair->steps_ratio.b));
    pair->has_steps_ratio = true;
    free((void *)arms.a);
    free((void *)arms.b);
}

static double area_of(const fl_stats_trial *trials, size_t n, size_t most)
{
    double area = fl_stats_effort_area(trials, n, most);
    return isfinite(area) ? area : NAN;
}

/* Of many trials each effort would take as long as the test itself, so that unlike ones are left out. */
static void measure_effort(const fl_summary *summary, fl_summary_pair *pair)
{
    fl_summary_effort *effort = &pair->effort;
    const fl_summary_arm *a = &summary->arms[pair->a], *b = &summary->arms[pair->b];
    fl_summary_both both = fl_summary_both_of(summary->results->study, (fl_summary_side){ a->scores, a->n_scores },
                                              (fl_summary_side){ b->scores, b->n_scores }, pair->paired);
    size_t n = fl_stats_fewer(both.arms.n_a, both.arms.n_b);
    effort->most = n / FL_STUDY_TRIALS_PER_DRAW;
    effort->equal = fl_memory_new(FL_STATS_EFFORTS, sizeof *effort->equal);
    effort->unlike = fl_memory_new(FL_STATS_UNLIKE, sizeof *effort->unlike);
    effort->n_equal = fl_stats_effort_of(&both.arms, FL_STATS_RESAMPLES, FL_SUMMARY_SEED, effort->equal);
    if (n <= FL_STATS_MANY)
        effort->n_unlike = fl_stats_effort_unlike(&both.arms, FL_STATS_RESAMPLES, FL_SUMMARY_SEED, effort->unlike);
    if (effort->most) effort->area_a = area_of(both.a, both.arms.n_a, effort->most);
    if (effort->most) effort->area_b = area_of(both.b, both.arms.n_b, effort->most);
    fl_summary_both_free(&both);
}

void fl_summary_measure_further(fl_summary *summary)
{
    const fl_study *study = summary->results->study;
    for (fl_summary_pair *pair = summary->pairs; pair < summary->pairs + summary->n_pairs; pair++) {
        pair->effort.area_a = pair->effort.area_b = NAN;
        if (!pair->tested) continue;
        if (study->claims.effort) measure_effort(summary, pair);
        if (study->claims.time_to_target && study->has_target) measure_time(summary, pair);
    }
}
