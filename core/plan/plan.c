/* From measured times to core-hours, and from a pilot's trials to detectable differences. */
#include "plan/plan.h"
#include "base/memory.h"
#include "plan/plan_measure.h"
#include "summary/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 1 }; /* any fixed seed: a plan is a function of its pilot */

static bool same_work(const fl_study_arm *a, const fl_study_arm *b)
{
    return a->base.owners.optimizer == b->base.owners.optimizer && a->base.owners.workload == b->base.owners.workload &&
           a->base.backend == b->base.backend && a->base.precision == b->base.precision &&
           a->base.batch_size == b->base.batch_size && a->base.owners.method == b->base.owners.method &&
           a->base.workers == b->base.workers;
}

/* --- cost --- */

/* The fraction of an evaluation that the test set takes: it is evaluated as the others are, example by example. */
static double test_share(const fl_trial *base)
{
    double validation = (double)fl_trial_validation(base), test = (double)base->owners.workload->dataset->n_test;
    return test / (2 * validation + test);
}

/* What the evaluations of a run take, in whole ones: of points that may not be scored the test set is left out. */
static double whole_evaluations(const fl_plan_arm *arm)
{
    double n = (double)arm->evaluations;
    if (arm->arm->base.test != FL_TRIAL_TEST_FINAL || n < 1) return n;
    return n - (n - 1) * test_share(&arm->arm->base);
}

/* What the steps of a trial compute, in batches of batch_size: grown ones count several times. Of the arm's first
 * trial. */
static double batches_of(const fl_plan *plan, const fl_study_arm *arm)
{
    fl_trial trial = fl_study_trial(plan->study, arm, 0, 0);
    size_t n_training = trial.owners.workload->dataset->n_train - fl_trial_validation(&trial);
    double batches = (double)fl_trial_batches_before(&trial, trial.steps, n_training);
    fl_trial_free(&trial);
    return batches;
}

static void add_cost(fl_plan *plan, fl_plan_arm *arm, double bytes)
{
    const fl_trial *base = &arm->arm->base;
    double runs = (double)arm->runs, evaluate = whole_evaluations(arm) * arm->speed.evaluation;
    arm->evaluate = runs * evaluate * base->threads;
    arm->seconds = runs * base->threads * (arm->speed.setup + batches_of(plan, arm->arm) * arm->speed.step + evaluate);
    arm->bytes = runs * bytes;
    plan->seconds += arm->seconds;
    plan->evaluate += arm->evaluate;
    plan->bytes += arm->bytes;
}

/* Measured once for all arms that do the same work. */
static bool cost_arm(fl_plan *plan, fl_train_trainer *trainer, size_t i, double seconds, double *bytes, fl_error *error)
{
    fl_plan_arm *arm = &plan->arms[i];
    size_t like = 0;
    while (like < i && !same_work(plan->arms[like].arm, arm->arm)) like++;
    arm->speed = plan->arms[like].speed;
    bytes[i] = bytes[like];
    if (like == i &&
        !fl_plan_measure(trainer, plan->study, arm->arm, arm->evaluations, seconds, &arm->speed, &bytes[i], error))
        return false;
    add_cost(plan, arm, bytes[i]);
    return true;
}

static bool cost(fl_plan *plan, double seconds, fl_error *error)
{
    fl_train_trainer *trainer = fl_train_trainer_new();
    double *bytes = fl_memory_new(plan->n_arms, sizeof *bytes);
    bool measured = true;
    for (size_t i = 0; measured && i < plan->n_arms; i++) measured = cost_arm(plan, trainer, i, seconds, bytes, error);
    free(bytes);
    fl_train_trainer_free(trainer);
    return measured;
}

/* --- detectable differences --- */

/* The scores of an arm's namesake in the pilot, to be freed; none where it has none. */
static fl_summary_side side_of(const fl_results *pilot, const fl_study_arm *namesake)
{
    fl_summary_side side = { .n = 0 };
    if (namesake) side.scores = fl_results_scores(pilot, &pilot->arms[namesake - pilot->study->arms], &side.n);
    return side;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void detect_pair(const fl_plan *plan, fl_plan_pair *pair, const fl_results *pilot, size_t most)
{
    const fl_study *study = plan->study;
    const fl_study_arm *a = fl_study_find_arm(pilot->study, study->arms[pair->arms.left].name),
                       *b = fl_study_find_arm(pilot->study, study->arms[pair->arms.right].name);
    fl_summary_side left = side_of(pilot, a), right = side_of(pilot, b);
    pair->paired = pair->paired && a && b && fl_summary_paired(a, b);
    fl_summary_both both = fl_summary_both_of(pilot->study, left, right, pair->paired);
    both.arms.n_a = smaller(both.arms.n_a, most);
    both.arms.n_b = smaller(both.arms.n_b, most);
    both.arms.k = study->claims.k;
    pair->n_pilot = smaller(both.arms.n_a, both.arms.n_b);
    double level = FL_SUMMARY_LEVEL / (double)plan->n_pairs;
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
        detect_pair(plan, pair, pilot, same_study ? FL_STATS_PILOT : SIZE_MAX);
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
    if (cost(plan, seconds, error)) return plan;
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

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
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
                     (json_int_t)pair->n_pilot, "detectable_difference", number(pair->detectable));
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
                     number(plan->detectable), "arms", arms, "comparisons", pairs);
}
