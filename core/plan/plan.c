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
           a->base.batch_size == b->base.batch_size;
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

static void add_cost(fl_plan *plan, fl_plan_arm *arm, double bytes)
{
    const fl_trial *base = &arm->arm->base;
    double runs = (double)arm->runs, evaluate = whole_evaluations(arm) * arm->speed.evaluation;
    arm->evaluate = runs * evaluate * base->threads;
    arm->seconds = runs * base->threads * (arm->speed.setup + (double)base->steps * arm->speed.step + evaluate);
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

/* --- what is tested --- */

size_t fl_plan_pairs(const fl_study *study)
{
    size_t n = study->claims.n_pairs;
    if (n) return n;
    for (size_t a = 0; a < study->n_arms; a++)
        for (size_t b = a + 1; b < study->n_arms; b++) n += fl_summary_comparable(&study->arms[a], &study->arms[b]);
    return n;
}

static bool is_tested(const fl_study *study, size_t arm)
{
    const fl_study_claims *claims = &study->claims;
    for (size_t i = 0; i < claims->n_pairs; i++)
        if (claims->pairs[i].left == arm || claims->pairs[i].right == arm) return true;
    return !claims->n_pairs;
}

/* --- detectable differences --- */

/* Trials of an arm that count, at most `most` of them, as the statistics see them; to be freed. */
static fl_stats_trial *pilot_of(const fl_results *results, size_t arm, size_t most, size_t *n)
{
    size_t n_scores;
    fl_results_score *scores = fl_results_scores(results, &results->arms[arm], &n_scores);
    fl_stats_trial *trials = fl_memory_new(n_scores, sizeof *trials);
    *n = 0;
    for (const fl_results_score *s = scores; s < scores + n_scores && *n < most; s++)
        if (!results->study->feasible || s->feasible)
            trials[(*n)++] = (fl_stats_trial){ .score = s->figures.score,
                                               .val_loss = s->figures.val_loss,
                                               .value = s->figures.test_error };
    free(scores);
    return trials;
}

static void detect_arm(fl_plan *plan, fl_plan_arm *arm, const fl_results *pilot, size_t most)
{
    const fl_study *study = plan->study;
    const fl_study_arm *namesake = fl_study_find_arm(pilot->study, arm->arm->name);
    if (!namesake) return;
    fl_stats_trial *trials = pilot_of(pilot, (size_t)(namesake - pilot->study->arms), most, &arm->n_pilot);
    const fl_stats_arms both = { trials, trials, arm->n_pilot, arm->n_pilot, study->claims.k, false };
    double level = FL_SUMMARY_LEVEL / (double)plan->n_pairs;
    arm->detectable = fl_stats_detectable(&both, study->claims.trials, level, SEED);
    free(trials);
}

void fl_plan_detect(fl_plan *plan, const fl_results *pilot, bool same_study)
{
    plan->detectable = plan->n_pairs ? 0 : NAN;
    for (size_t i = 0; i < plan->n_arms && plan->n_pairs; i++) {
        if (!is_tested(plan->study, i)) continue;
        detect_arm(plan, &plan->arms[i], pilot, same_study ? FL_STATS_PILOT : SIZE_MAX);
        bool said = !isnan(plan->detectable) && !isnan(plan->arms[i].detectable);
        plan->detectable = said ? fmax(plan->detectable, plan->arms[i].detectable) : NAN;
    }
}

/* --- the whole --- */

fl_plan *fl_plan_new(const fl_study *study, double seconds, fl_error *error)
{
    fl_plan *plan = fl_memory_new(1, sizeof *plan);
    *plan = (fl_plan){ .study = study,
                       .arms = fl_memory_new(study->n_arms, sizeof *plan->arms),
                       .n_arms = study->n_arms,
                       .n_pairs = fl_plan_pairs(study),
                       .detectable = NAN };
    for (size_t i = 0; i < study->n_arms; i++)
        plan->arms[i] =
            (fl_plan_arm){ .arm = &study->arms[i],
                           .runs = study->trials * study->repeats + study->rerun_best,
                           .evaluations = fl_trial_evaluations(&study->arms[i].base, study->arms[i].base.steps),
                           .detectable = NAN };
    if (cost(plan, seconds, error)) return plan;
    fl_plan_free(plan);
    return NULL;
}

void fl_plan_free(fl_plan *plan)
{
    if (!plan) return;
    free(plan->arms);
    free(plan);
}

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *arm_json(const fl_plan_arm *arm)
{
    return json_pack("{s:s, s:I, s:f, s:f, s:f, s:f, s:f, s:f, s:I, s:o}", "arm", arm->arm->name, "runs",
                     (json_int_t)arm->runs, "setup_seconds", arm->speed.setup, "step_seconds", arm->speed.step,
                     "evaluation_seconds", arm->speed.evaluation, "core_hours", arm->seconds / 3600, "evaluation_share",
                     arm->seconds > 0 ? arm->evaluate / arm->seconds : 0, "bytes", arm->bytes, "pilot_trials",
                     (json_int_t)arm->n_pilot, "detectable_difference", number(arm->detectable));
}

json_t *fl_plan_json(const fl_plan *plan)
{
    const fl_study_claims *claims = &plan->study->claims;
    json_t *arms = json_array();
    for (size_t i = 0; i < plan->n_arms; i++) json_array_append_new(arms, arm_json(&plan->arms[i]));
    return json_pack("{s:s, s:f, s:f, s:f, s:b, s:I, s:I, s:I, s:b, s:o, s:o}", "study", plan->study->name,
                     "core_hours", plan->seconds / 3600, "evaluation_share",
                     plan->seconds > 0 ? plan->evaluate / plan->seconds : 0, "bytes", plan->bytes, "feasible_budget",
                     plan->study->feasible, "pairs", (json_int_t)plan->n_pairs, "k", (json_int_t)claims->k, "trials",
                     (json_int_t)claims->trials, "declared", claims->declared, "detectable_difference",
                     number(plan->detectable), "arms", arms);
}
