/* What a plan says: its cost, and from a pilot's trials detectable differences. */
#include "plan/plan.h"
#include "base/memory.h"
#include "plan/plan_measure.h"
#include "stats/looks.h"
#include "summary/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 1 }; /* any fixed seed: a plan is a function of its pilot */

/* --- detectable differences --- */

/* The scores of an arm's namesake in the pilot, to be freed; none where it has none. */
static fl_summary_side side_of(const fl_results *pilot, const fl_study_arm *namesake)
{
    fl_summary_side side = { .n = 0 };
    if (namesake) side.scores = fl_results_scores(pilot, &pilot->arms[namesake - pilot->study->arms], &side.n);
    return side;
}

static void detect_pair(const fl_plan *plan, fl_plan_pair *pair, const fl_results *pilot, size_t most)
{
    const fl_study *study = plan->study;
    const fl_study_arm *a = fl_study_find_arm(pilot->study, study->arms[pair->arms.left].name),
                       *b = fl_study_find_arm(pilot->study, study->arms[pair->arms.right].name);
    fl_summary_side left = side_of(pilot, a), right = side_of(pilot, b);
    pair->paired = pair->paired && a && b && fl_summary_paired(a, b);
    fl_summary_both both = fl_summary_both_of(pilot->study, left, right, pair->paired);
    both.arms.n_a = fl_stats_fewer(both.arms.n_a, most);
    both.arms.n_b = fl_stats_fewer(both.arms.n_b, most);
    both.arms.k = study->claims.k;
    pair->n_pilot = fl_stats_fewer(both.arms.n_a, both.arms.n_b);
    double level = FL_STATS_LEVEL / (double)plan->n_pairs;
    pair->detectable = fl_stats_detectable(&both.arms, study->claims.trials, level, SEED);
    fl_summary_both_free(&both);
    free((void *)left.scores);
    free((void *)right.scores);
}

void fl_plan_detect(fl_plan *plan, const fl_results *pilot, bool same_study)
{
    if (!plan->n_pairs || plan->n_pairs > FL_SUMMARY_MOST_DETECTABLE) return;
    plan->detectable = 0;
    for (fl_plan_pair *pair = plan->pairs; pair < plan->pairs + plan->n_pairs; pair++) {
        detect_pair(plan, pair, pilot, same_study ? fl_stats_pilot(plan->study->claims.k) : SIZE_MAX);
        bool said = !isnan(plan->detectable) && !isnan(pair->detectable);
        plan->detectable = said ? fmax(plan->detectable, pair->detectable) : NAN;
    }
}

/* --- the whole --- */

static void list_pairs(fl_plan *plan)
{
    const fl_study *study = plan->study;
    fl_study_pair *tested;
    plan->n_pairs = fl_summary_tested_pairs(study, &tested);
    plan->pairs = fl_memory_new(plan->n_pairs, sizeof *plan->pairs);
    for (size_t i = 0; i < plan->n_pairs; i++)
        plan->pairs[i] = (fl_plan_pair){
            .arms = tested[i],
            .paired = fl_summary_paired(&study->arms[tested[i].left], &study->arms[tested[i].right]),
            .detectable = NAN,
        };
    free(tested);
}

fl_plan *fl_plan_new(const fl_study *study, double seconds, fl_error *error)
{
    fl_plan *plan = fl_memory_new(1, sizeof *plan);
    *plan = (fl_plan){ .study = study,
                       .arms = fl_memory_new(study->n_arms, sizeof *plan->arms),
                       .n_arms = study->n_arms,
                       .detectable = NAN };
    for (size_t i = 0; i < study->n_arms; i++)
        plan->arms[i] =
            (fl_plan_arm){ .arm = &study->arms[i],
                           .runs = study->trials * study->repeats + study->rerun_best,
                           .evaluations = fl_trial_evaluations(&study->arms[i].base, study->arms[i].base.steps) };
    list_pairs(plan);
    if ((fl_plan_runs_own(study) ? fl_plan_cost_apart : fl_plan_cost)(plan, seconds, error)) return plan;
    fl_plan_free(plan);
    return NULL;
}

void fl_plan_free(fl_plan *plan)
{
    if (!plan) return;
    free(plan->pairs);
    free(plan->arms);
    free(plan);
}

static json_t *arm_json(const fl_plan_arm *arm)
{
    return json_pack("{s:s, s:I, s:f, s:f, s:f, s:f, s:f, s:f}", "arm", arm->arm->name, "runs", (json_int_t)arm->runs,
                     "setup_seconds", arm->speed.setup, "step_seconds", arm->speed.step, "evaluation_seconds",
                     arm->speed.evaluation, "core_hours", arm->seconds / 3600, "evaluation_share",
                     arm->seconds > 0 ? arm->evaluate / arm->seconds : 0, "bytes", arm->bytes);
}

static json_t *pair_json(const fl_plan *plan, const fl_plan_pair *pair)
{
    return json_pack("{s:s, s:s, s:b, s:I, s:o}", "a", plan->arms[pair->arms.left].arm->name, "b",
                     plan->arms[pair->arms.right].arm->name, "paired", pair->paired, "pilot_trials",
                     (json_int_t)pair->n_pilot, "detectable_difference", fl_json_finite(pair->detectable));
}

json_t *fl_plan_json(const fl_plan *plan)
{
    const fl_study_claims *claims = &plan->study->claims;
    json_t *arms = json_array(), *pairs = json_array();
    for (size_t i = 0; i < plan->n_arms; i++) json_array_append_new(arms, arm_json(&plan->arms[i]));
    for (size_t i = 0; i < plan->n_pairs; i++) json_array_append_new(pairs, pair_json(plan, &plan->pairs[i]));
    return json_pack("{s:s, s:f, s:f, s:f, s:b, s:I, s:I, s:I, s:b, s:o, s:o, s:o}", "study", plan->study->name,
                     "core_hours", plan->seconds / 3600, "evaluation_share",
                     plan->seconds > 0 ? plan->evaluate / plan->seconds : 0, "bytes", plan->bytes, "feasible_budget",
                     plan->study->feasible, "pairs", (json_int_t)plan->n_pairs, "k", (json_int_t)claims->k, "trials",
                     (json_int_t)claims->trials, "declared", claims->declared, "detectable_difference",
                     fl_json_finite(plan->detectable), "arms", arms, "comparisons", pairs);
}
