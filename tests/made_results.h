/* Result folders without training: a study's trials with made-up curves, written by the store as a run would write them.
 *
 * A trial's errors depend on its effective rate alone, rate / (1 - momentum) (for rules with epsilon, the rate itself): an
 * optimum in the middle, a loss that rises to both sides, divergence beyond. So figures look like those of real studies, and every
 * number is known.
 */
#ifndef FL_TESTS_MADE_RESULTS_H
#define FL_TESTS_MADE_RESULTS_H

#include "base/exact.h"
#include "record/store.h"
#include "test.h"

typedef struct made_arm {
    const char *name;
    double best_rate; /* of the effective rate */
    double floor;     /* the final validation error there */
} made_arm;

static inline double made_hyper(const fl_trial *trial, const char *name, double standard)
{
    const fl_optimizer *optimizer = trial->owners.optimizer;
    size_t i = fl_hyper_index(optimizer->hypers, optimizer->n_hypers, name);
    return i < optimizer->n_hypers ? trial->values.of[FL_OF_OPTIMIZER][i] : standard;
}

/* Decades between a trial's effective rate and the best one. */
static inline double made_distance(const fl_trial *trial, double best_rate)
{
    double rate = made_hyper(trial, "learning_rate", 1), epsilon = made_hyper(trial, "epsilon", 0);
    double scale = 1 - made_hyper(trial, "momentum", 0) + epsilon;
    return fl_log(rate / (scale > 0 ? scale : 1e-12) / best_rate) / fl_log(10);
}

static inline double made_error(const fl_trial *trial, const made_arm *arm)
{
    double distance = made_distance(trial, arm->best_rate);
    double noise = (double)(trial->seed % 1000) / 1000;
    double error = arm->floor * (1 + 0.1 * noise) + 0.02 * distance * distance;
    return error < 0.9 ? error : 0.9;
}

static inline fl_point made_point(const fl_trial *trial, size_t step, double final_error)
{
    double left = fl_exp(-6.0 * (double)step / (double)trial->steps), error = final_error + (0.9 - final_error) * left;
    error += 0.004 * (double)((trial->seed / 7 + step) % 10) / 10 * (1 - (double)step / (double)trial->steps);
    return (fl_point){ .step = step, .rate = 0.1, .seconds = 0.01 * (double)step,
                       .of = { 3 * error * 0.8, error * 0.85, 3 * error, error, 3.05 * error, error + 0.004 } };
}

static inline fl_outcome made_outcome(const fl_trial *trial, const made_arm *arm)
{
    fl_outcome outcome = { .status = FL_COMPLETE, .steps_done = trial->steps, .n_parameters = 235146, .state_hash = "0123456789abcdef",
                           .seconds = { 10, 1, 1, 5, 1, 1, 1 }, .examples_per_second = 5000 };
    fl_trial_id(trial, "made", outcome.trial);
    if (made_distance(trial, arm->best_rate) > 2) {
        outcome.status = FL_INFEASIBLE;
        outcome.state_hash[0] = 0;
        snprintf(outcome.reason, sizeof outcome.reason, "the training loss is not finite at step 17");
        return outcome;
    }
    outcome.n_points = trial->steps / trial->eval_every;
    outcome.points = calloc(outcome.n_points, sizeof *outcome.points);
    for (size_t i = 0; i < outcome.n_points; i++)
        outcome.points[i] = made_point(trial, (i + 1) * trial->eval_every, made_error(trial, arm));
    return outcome;
}

static inline void made_add(fl_store *store, const fl_study *study, size_t arm, uint64_t index, uint64_t repeat, const made_arm *as)
{
    fl_error error;
    fl_trial trial = fl_study_trial(study, &study->arms[arm], index, repeat);
    fl_outcome outcome = made_outcome(&trial, as);
    fl_slot slot = { arm, index, repeat };
    if (!fl_store_add(store, &slot, &trial, &outcome, "made-up machine", &error)) fail_msg("%s", error.text);
    fl_outcome_free(&outcome);
    fl_trial_free(&trial);
}

/* How this study's arm behaves: `arms` by label, NULL-ended; an arm that is not among them diverges always. */
static inline made_arm made_find(const made_arm *arms, const fl_arm *arm)
{
    for (; arms->name; arms++)
        if (!strcmp(arms->name, arm->label)) return *arms;
    return (made_arm){ .name = arm->label, .best_rate = 1e-30 };
}

/* Run a study given as text: every trial of every arm, then `rerun_best` reruns of the selected ones. */
static inline void made_folder(const char *folder, const char *text, const made_arm *arms)
{
    fl_error error;
    fl_study *study = fl_study_load_text("made.json", text, NULL, &error);
    if (!study) fail_msg("%s", error.text);
    fl_store *store = fl_store_open(folder, study, (fl_shard){ 1, 1 }, NULL, &error);
    if (!store) fail_msg("%s", error.text);
    for (size_t a = 0; a < study->n_arms; a++) {
        made_arm as = made_find(arms, &study->arms[a]);
        uint64_t best = 0;
        double least = HUGE_VAL;
        for (uint64_t i = 0; i < study->trials; i++) {
            made_add(store, study, a, i, 0, &as);
            fl_trial trial = fl_study_trial(study, &study->arms[a], i, 0);
            double value = made_distance(&trial, as.best_rate) > 2 ? HUGE_VAL : made_error(&trial, &as);
            if (value < least) best = i;
            least = fmin(least, value);
            fl_trial_free(&trial);
        }
        for (uint64_t r = 0; r < study->rerun_best && isfinite(least); r++)
            made_add(store, study, a, best, FL_RERUN_REPEAT + r, &as);
    }
    fl_store_close(store);
    fl_study_free(study);
}

#endif
