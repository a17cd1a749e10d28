/* Averaged weights and patience, on the noisy quadratic: its parameters are few and its losses have a closed form. */
#include "support/trial.h"
#include "base/memory.h"
#include "train/train.h"

#include <math.h>

enum { STEPS = 20, DIMENSION = 8 };

static fl_trial trial_of(size_t steps)
{
    fl_trial trial = naive_trial("sgd", fl_workload_find("quadratic/noisy", NULL));
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 0.05;
    trial.batch_size = 4;
    trial.steps = steps;
    trial.eval_every = 1;
    return trial;
}

static void keep_parameters(void *user, const fl_network *network)
{
    double *to = user;
    float canonical[DIMENSION];
    fl_network_export(network, canonical);
    for (size_t i = 0; i < DIMENSION; i++) to[i] = canonical[i];
}

/* The parameters after so many steps, by a trial of as many. */
static void parameters_after(size_t steps, double *parameters)
{
    fl_train_trainer *trainer = fl_train_trainer_new();
    fl_trial trial = trial_of(steps);
    fl_train_callbacks callbacks = { .user = parameters, .ended = keep_parameters };
    fl_outcome outcome = { 0 };
    trial.eval_every = 0;
    assert_true(fl_train_trial(trainer, &trial, &callbacks, &outcome, NULL));
    fl_outcome_free(&outcome);
    fl_train_trainer_free(trainer);
}

static fl_outcome run(const fl_trial *trial)
{
    fl_train_trainer *trainer = fl_train_trainer_new();
    fl_outcome outcome = { 0 };
    assert_true(fl_train_trial(trainer, trial, NULL, &outcome, NULL));
    fl_train_trainer_free(trainer);
    return outcome;
}

/* The loss of these parameters on the validation split, from the data. */
static double validation_loss(const double *theta)
{
    fl_trial trial = trial_of(1);
    double total = 0;
    fl_dataset *data = fl_workload_load(trial.owners.workload, trial.values.of[FL_TRIAL_OF_WORKLOAD], NULL);
    fl_dataset_splits splits;
    assert_true(fl_dataset_splits_make(&splits, data, &trial.split, NULL));
    for (size_t e = 0; e < splits.validation.count; e++)
        for (size_t i = 0; i < DIMENSION; i++) {
            double c = 1e-2 * pow(1000, (double)i / (DIMENSION - 1));
            double off = theta[i] - data->values[splits.validation.index[e] * DIMENSION + i];
            total += 0.5 * c * off * off / (double)splits.validation.count;
        }
    fl_dataset_splits_free(&splits);
    fl_dataset_free(data);
    return total;
}

static void assert_averaged(const fl_trial *trial, const double *expected)
{
    fl_outcome outcome = run(trial);
    const fl_trial_point *last = &outcome.points[outcome.n_points - 1];
    assert_true(last->has_averaged);
    assert_close(last->averaged[FL_TRIAL_VAL_LOSS], validation_loss(expected), 2e-5);
    assert_true(fabs(last->of[FL_TRIAL_VAL_LOSS] - last->averaged[FL_TRIAL_VAL_LOSS]) > 1e-3);
    fl_outcome_free(&outcome);
}

static void ema_is_its_formula(void **state)
{
    fl_trial trial = trial_of(STEPS);
    double ema[DIMENSION], theta[DIMENSION];
    trial.average = (fl_trial_averaging){ FL_TRIAL_AVERAGE_EMA, 0.8 };
    for (size_t i = 0; i < DIMENSION; i++) ema[i] = 1; /* where theta begins */
    for (size_t done = 1; done <= STEPS; done++) {
        parameters_after(done, theta);
        for (size_t i = 0; i < DIMENSION; i++) ema[i] = 0.8 * ema[i] + 0.2 * theta[i];
    }
    assert_averaged(&trial, ema);
}

static void tail_is_a_plain_mean(void **state)
{
    fl_trial trial = trial_of(STEPS);
    double mean[DIMENSION] = { 0 }, theta[DIMENSION];
    trial.average = (fl_trial_averaging){ FL_TRIAL_AVERAGE_TAIL, 0.25 };
    for (size_t done = 6; done <= STEPS; done++) {
        parameters_after(done, theta);
        for (size_t i = 0; i < DIMENSION; i++) mean[i] += theta[i] / (STEPS - 5);
    }
    assert_averaged(&trial, mean);
}

static void averaging_moves_nothing_else(void **state)
{
    fl_trial with = trial_of(STEPS), without = trial_of(STEPS);
    with.average = (fl_trial_averaging){ FL_TRIAL_AVERAGE_EMA, 0.9 };
    fl_outcome a = run(&with), b = run(&without);
    assert_string_equal(a.state_hash, b.state_hash);
    for (size_t i = 0; i < a.n_points; i++) assert_memory_equal(a.points[i].of, b.points[i].of, sizeof a.points[i].of);
    assert_string_not_equal(a.trial, b.trial);
    fl_outcome_free(&a);
    fl_outcome_free(&b);
}

/* With a rate that overshoots the validation loss soon stops falling. */
static void patience_ends_a_trial_that_no_longer_falls(void **state)
{
    fl_trial trial = trial_of(200);
    trial.patience = (fl_trial_patience){ 4, FL_TRIAL_VAL_LOSS };
    trial.test = FL_TRIAL_TEST_FINAL;
    fl_outcome outcome = run(&trial);
    assert_in_range(outcome.stopped_at, 5, 199);
    assert_int_equal(outcome.n_points, outcome.stopped_at);
    const fl_trial_point *points = outcome.points;
    size_t n = outcome.n_points;
    double least = HUGE_VAL;
    for (size_t i = 0; i + 4 < n; i++) least = fmin(least, points[i].of[FL_TRIAL_VAL_LOSS]);
    assert_true(points[n - 5].of[FL_TRIAL_VAL_LOSS] == least);
    for (size_t i = n - 4; i < n; i++) assert_true(points[i].of[FL_TRIAL_VAL_LOSS] >= least);
    assert_true(isfinite(points[n - 1].of[FL_TRIAL_TEST_LOSS]));
    fl_outcome_free(&outcome);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ema_is_its_formula),
        cmocka_unit_test(tail_is_a_plain_mean),
        cmocka_unit_test(averaging_moves_nothing_else),
        cmocka_unit_test(patience_ends_a_trial_that_no_longer_falls),
    };
    return test_run(tests, NULL, NULL);
}
