/* The step loop against what can be written down: trajectories of SGD on the quadratic, divergence, counts, times. */
#include "support/command_trial.h"
#include "support/test.h"
#include "support/trainer.h"
#include "train/train.h"

enum { N = 8, MOST_STEPS = 300 };

static fl_trial trial_of(const char *optimizer, const char *schedule, double rate, size_t steps)
{
    fl_trial_owners owners = { fl_optimizer_find(optimizer, NULL), fl_schedule_find(schedule, NULL),
                               fl_workload_find("quadratic/noisy", NULL) };
    fl_trial trial = fl_trial_default(&owners);
    trial.backend = fl_backend_find("naive", NULL);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = rate;
    trial.batch_size = 16;
    trial.steps = steps;
    trial.eval_every = 0;
    return trial;
}

/* An option of the workload by name. */
static void set_option(fl_trial *trial, const char *name, double value)
{
    const fl_workload *workload = trial->owners.workload;
    trial->values.of[FL_TRIAL_OF_WORKLOAD][fl_hyper_index(workload->options, workload->n_options, name)] = value;
}

/* What was seen of a trial: parameters before and after, and of each step the batch's mean example, loss, rate, norm.
 */
typedef struct seen {
    float first[N], last[N];
    double mean[MOST_STEPS][N], loss[MOST_STEPS], rate[MOST_STEPS], norm[MOST_STEPS], expected_loss[MOST_STEPS];
    float inputs[MOST_STEPS][16][N];
    size_t n;
} seen;

static void see_begun(void *user, const fl_network *network)
{
    fl_network_export(network, ((seen *)user)->first);
}

static void see_step(void *user, const fl_train_step *step)
{
    seen *s = user;
    assert_int_equal(step->step, s->n + 1);
    s->loss[s->n] = step->loss;
    s->rate[s->n] = step->rate;
    s->norm[s->n] = step->gradient_norm;
    memcpy(s->inputs[s->n++], step->input, sizeof s->inputs[0]);
}

static void see_ended(void *user, const fl_network *network)
{
    fl_network_export(network, ((seen *)user)->last);
}

static fl_outcome train(const fl_trial *trial, seen *s)
{
    fl_train_callbacks watch = { .user = s, .begun = see_begun, .stepped = see_step, .ended = see_ended };
    fl_train_trainer *trainer = fl_train_trainer_new();
    if (s) memset(s, 0, sizeof *s);
    fl_outcome outcome = must_train(trainer, trial, s ? &watch : NULL);
    fl_train_trainer_free(trainer);
    return outcome;
}

static double curvature(size_t i)
{
    return 1e-2 * pow(1000, (double)i / 7); /* workload_quadratic_noisy.c: 1e-2 .. 1e1, log-spaced */
}

/* theta' = theta - eta c (theta - mean x), in double on the same batches. */
static void sgd_follows_its_recurrence(void **state)
{
    static seen s;
    fl_trial trial = trial_of("sgd", "constant", 0.05, 300);
    fl_outcome outcome = train(&trial, &s);
    double theta[N];
    for (size_t i = 0; i < N; i++) assert_true((theta[i] = s.first[i]) == 1); /* starts at 1 everywhere */
    for (size_t t = 0; t < 300; t++) {
        double loss = 0, square = 0;
        for (size_t i = 0; i < N; i++) {
            double mean = 0;
            for (size_t b = 0; b < 16; b++) {
                double from = theta[i] - s.inputs[t][b][i];
                loss += 0.5 * curvature(i) * from * from / 16;
                mean += s.inputs[t][b][i] / 16.0;
            }
            double gradient = curvature(i) * (theta[i] - mean);
            square += gradient * gradient;
            theta[i] -= 0.05 * gradient;
        }
        assert_close(s.loss[t], loss, 1e-5);
        assert_close(s.norm[t], sqrt(square), 1e-4);
        assert_true(s.rate[t] == 0.05);
    }
    for (size_t i = 0; i < N; i++) assert_true(fabs(s.last[i] - theta[i]) < 1e-5);
    fl_outcome_free(&outcome);
}

/* The outcome keeps the losses of the first three steps, as the trace has them, and those a shorter trial has. */
static void the_first_losses_are_kept(void **state)
{
    static seen s;
    for (size_t steps = 1; steps <= 5; steps++) {
        fl_trial trial = trial_of("sgd", "constant", 0.05, steps);
        fl_outcome outcome = train(&trial, &s);
        assert_int_equal(outcome.first_losses.n, steps < 3 ? steps : 3);
        for (size_t i = 0; i < outcome.first_losses.n; i++) assert_true(outcome.first_losses.of[i] == s.loss[i]);
        fl_outcome_free(&outcome);
    }
}

/* At a rate of 1e30 the parameters are near 1e31 after one step, whose squares are beyond fp32's and not double's
 * range; after two steps they are infinite themselves. */
static void a_loss_that_is_no_number_is_kept_as_null(void **state)
{
    fl_trial trial = trial_of("sgd", "constant", 1e30, 5);
    fl_outcome outcome = train(&trial, NULL), back;
    json_t *object = fl_outcome_json(&outcome), *losses = json_object_get(object, "first_losses");
    size_t n = outcome.first_losses.n;
    assert_int_equal(outcome.status, FL_OUTCOME_INFEASIBLE);
    assert_true(n >= 2 && !isfinite(outcome.first_losses.of[n - 1]));
    assert_true(json_is_real(json_array_get(losses, 0)));
    assert_true(json_is_null(json_array_get(losses, n - 1)));
    assert_true(fl_outcome_read(object, &back));
    assert_int_equal(back.first_losses.n, n);
    assert_true(back.first_losses.of[0] == outcome.first_losses.of[0]);
    assert_true(isinf(back.first_losses.of[n - 1]));
    json_decref(object);
    fl_outcome_free(&back);
    fl_outcome_free(&outcome);
}

/* Without noise every example is 0: theta_t = (1 - eta c)^t. */
static void without_noise_sgd_is_a_power(void **state)
{
    static seen s;
    fl_trial trial = trial_of("sgd", "constant", 0.15, 60);
    set_option(&trial, "noise", 0);
    fl_outcome outcome = train(&trial, &s);
    for (size_t i = 0; i < N; i++) assert_true(fabs(s.last[i] - pow(1 - 0.15 * curvature(i), 60)) < 1e-5);
    for (size_t t = 0; t < 60; t += 7) {
        double loss = 0;
        for (size_t i = 0; i < N; i++) loss += 0.5 * curvature(i) * pow(1 - 0.15 * curvature(i), 2.0 * (double)t);
        assert_close(s.loss[t], loss, 1e-4);
    }
    fl_outcome_free(&outcome);
}

/* Heavy ball without noise, in one direction: the two roots of z^2 - (1 + gamma - eta c) z + gamma. At c = 10, eta =
 * 0.1, gamma = 0.25 they are both 1/8 +- sqrt(1/64 - 1/4): complex, of modulus 1/2; theta_t follows the recurrence
 * itself. */
static void momentum_follows_its_recurrence(void **state)
{
    static seen s;
    fl_trial trial = trial_of("momentum", "constant", 0.1, 12);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][1] = 0.25;
    set_option(&trial, "noise", 0);
    fl_outcome outcome = train(&trial, &s);
    for (size_t i = 0; i < N; i++) {
        double theta = 1, before = 1;
        for (size_t t = 0; t < 12; t++) {
            double next = theta - 0.1 * curvature(i) * theta + 0.25 * (theta - before);
            before = theta;
            theta = next;
        }
        assert_true(fabs(s.last[i] - theta) < 1e-6);
    }
    fl_outcome_free(&outcome);
}

static void null_leaves_parameters_alone(void **state)
{
    static seen s;
    for (const fl_backend *const *backend = fl_backends(); *backend; backend++) {
        if (!(*backend)->usable(FL_BACKEND_F32, NULL)) continue;
        fl_trial trial = trial_of("null", "constant", 0.1, 20);
        trial.backend = *backend;
        fl_outcome outcome = train(&trial, &s);
        assert_memory_equal(s.first, s.last, sizeof s.first);
        assert_int_equal(outcome.status, FL_OUTCOME_COMPLETE);
        fl_outcome_free(&outcome);
    }
}

static void gradients_are_counted(void **state)
{
    for (const fl_optimizer *const *optimizer = fl_optimizers(); *optimizer; optimizer++) {
        fl_trial trial = trial_of((*optimizer)->entry.name, "constant", 1e-4, 37);
        if ((*optimizer)->wants && !drawn_is_possible(&trial)) continue;
        fl_outcome outcome = train(&trial, NULL);
        assert_true(outcome.gradient_evaluations >= 37);
        bool searches = !strcmp((*optimizer)->entry.name, "lbfgs"); /* a line: as many as it takes */
        assert_true(searches || outcome.gradient_evaluations % 37 == 0);
        assert_int_equal(outcome.steps_done, 37);
        fl_outcome_free(&outcome);
    }
}

/* Of eta = 1 the stiffest direction grows by 1 - 10 = -9 per step: 9^t passes float's largest square root, 1.8e19,
 * after 21 steps, where the loss, a float, is infinite. */
static void divergence_is_found_at_its_step(void **state)
{
    fl_trial trial = trial_of("sgd", "constant", 1, 100);
    set_option(&trial, "noise", 0);
    fl_outcome outcome = train(&trial, NULL);
    size_t step = 1; /* the first whose loss 1/2 10 81^(step - 1) is beyond float */
    while (5 * pow(81, (double)step - 1) < 3.4028234e38) step++;
    char reason[80];
    snprintf(reason, sizeof reason, "the training loss is not finite at step %zu", step);
    assert_int_equal(outcome.status, FL_OUTCOME_INFEASIBLE);
    assert_string_equal(outcome.reason, reason);
    assert_int_equal(outcome.steps_done, step - 1);
    assert_int_equal(outcome.gradient_evaluations, step - 1);
    assert_string_equal(outcome.state_hash, "");
    fl_outcome_free(&outcome);
}

/* The last update can ruin the parameters after the last loss was fine; an evaluation sees it. */
static void divergence_by_the_last_update_is_found_by_the_evaluation(void **state)
{
    fl_trial trial = trial_of("sgd", "constant", 1e38, 1);
    trial.eval_every = 1;
    fl_outcome outcome = train(&trial, NULL);
    assert_int_equal(outcome.status, FL_OUTCOME_INFEASIBLE);
    assert_int_equal(outcome.n_points, 1);
    assert_false(isfinite(outcome.points[0].of[FL_TRIAL_TRAIN_LOSS]));
    fl_outcome_free(&outcome);
    trial.eval_every = 0;
    outcome = train(&trial, NULL);
    assert_int_equal(outcome.status, FL_OUTCOME_COMPLETE); /* no training loss was ever infinite */
    fl_outcome_free(&outcome);
}

/* Where a kernel with a ReLU in it takes NaN for 0, losses stay finite (oneDNN's with AVX-512, at this rate); whether a
 * trial counts must not depend on that. */
static void what_ruins_parameters_is_infeasible_on_every_backend(void **state)
{
    fl_trial_owners owners = { fl_optimizer_find("sgd", NULL), fl_schedule_find("constant", NULL),
                               fl_workload_find("glyphs/simple_cnn", NULL) };
    for (const fl_backend *const *backend = fl_backends(); *backend; backend++) {
        fl_trial trial = fl_trial_default(&owners);
        trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 1e20;
        trial.backend = *backend;
        trial.split.validation = 11990;
        trial.batch_size = 5;
        trial.steps = trial.eval_every = 4;
        trial.test = FL_TRIAL_TEST_BEST_VAL_LOSS;
        fl_outcome outcome = train(&trial, NULL);
        assert_int_equal(outcome.status, FL_OUTCOME_INFEASIBLE);
        assert_non_null(strstr(outcome.reason, " is not finite at step "));
        fl_outcome_free(&outcome);
    }
}

/* Without noise the loss at step s is 1/2 sum c (1 - eta c)^(2 (s - 1)); the trial stops where it first exceeds the
 * multiple. */
static void a_hopeless_trial_stops_where_it_exceeds_the_multiple(void **state)
{
    fl_trial trial = trial_of("sgd", "constant", 0.3, 100);
    set_option(&trial, "noise", 0);
    trial.stop_above = 50;
    trial.eval_every = 100;
    fl_outcome outcome = train(&trial, NULL);
    double first = 0, loss = 0;
    size_t step = 0;
    while (loss <= 50 * first || step < 2) {
        loss = 0;
        for (size_t i = 0; i < N; i++) loss += 0.5 * curvature(i) * pow(1 - 0.3 * curvature(i), 2.0 * (double)step);
        if (!step++) first = loss;
    }
    assert_int_equal(outcome.stopped_at, step);
    assert_int_equal(outcome.status, FL_OUTCOME_COMPLETE);
    assert_int_equal(outcome.n_points, 1); /* the evaluation after the last step it took */
    assert_int_equal(outcome.points[0].step, step);
    fl_outcome_free(&outcome);
}

static void evaluations_come_when_due_and_after_the_last_step(void **state)
{
    static const struct {
        size_t steps, every, n, last;
    } cases[] = { { 10, 3, 4, 10 }, { 9, 3, 3, 9 }, { 5, 100, 1, 5 }, { 4, 1, 4, 4 }, { 7, 0, 0, 0 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fl_trial trial = trial_of("sgd", "constant", 0.01, cases[i].steps);
        trial.eval_every = cases[i].every;
        fl_outcome outcome = train(&trial, NULL);
        assert_int_equal(outcome.n_points, cases[i].n);
        for (size_t p = 0; p + 1 < outcome.n_points; p++)
            assert_int_equal(outcome.points[p].step, (p + 1) * cases[i].every);
        if (outcome.n_points) assert_int_equal(outcome.points[outcome.n_points - 1].step, cases[i].last);
        fl_outcome_free(&outcome);
    }
}

/* Nothing moves, so validation never improves on the first evaluation: after 3 bad ones are borne the 4th, the fifth
 * evaluation, drops the rate to a tenth (PyTorch's ReduceLROnPlateau with patience 3); the sixth step is the first to
 * see it. */
static void schedules_see_the_validation_history(void **state)
{
    fl_trial trial = trial_of("null", "plateau", 1, 7);
    trial.eval_every = 1;
    fl_outcome outcome = train(&trial, NULL);
    static const double rates[] = { 1, 1, 1, 1, 1, 0.1, 0.1 };
    for (size_t i = 0; i < 7; i++) assert_true(outcome.points[i].rate == rates[i]);
    fl_outcome_free(&outcome);
}

static void parts_of_the_time_add_up(void **state)
{
    fl_trial trial = trial_of("adam", "linear", 0.01, 200);
    trial.eval_every = 50;
    fl_outcome outcome = train(&trial, NULL);
    const fl_outcome_seconds *s = &outcome.seconds;
    assert_close(s->setup + s->data + s->forward_backward + s->curvature + s->update + s->evaluate + s->other, s->total,
                 1e-12);
    assert_true(s->setup > 0 && s->data > 0 && s->forward_backward > 0 && s->update > 0 && s->evaluate > 0 &&
                s->other >= 0);
    assert_close(outcome.examples_per_second, 200 * 16 / (s->data + s->forward_backward + s->update), 1e-12);
    for (size_t p = 1; p < outcome.n_points; p++)
        assert_true(outcome.points[p].seconds > outcome.points[p - 1].seconds);
    assert_true(outcome.points[outcome.n_points - 1].seconds <= s->total);
    fl_outcome_free(&outcome);
}

static void an_outcome_survives_the_pipe(void **state)
{
    fl_trial trial = trial_of("adam", "linear", 0.01, 20);
    trial.eval_every = 7;
    fl_outcome outcome = train(&trial, NULL), again;
    json_t *object = fl_outcome_json(&outcome);
    char *line = fl_json_line(object);
    json_t *received = json_loads(line, 0, NULL);
    assert_true(fl_outcome_read(received, &again));
    json_t *object_again = fl_outcome_json(&again);
    char *line_again = fl_json_line(object_again);
    assert_string_equal(line, line_again);
    assert_int_equal(again.n_points, 3);
    free(line);
    free(line_again);
    json_decref(object);
    json_decref(object_again);
    json_decref(received);
    fl_outcome_free(&outcome);
    fl_outcome_free(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sgd_follows_its_recurrence),
        cmocka_unit_test(the_first_losses_are_kept),
        cmocka_unit_test(a_loss_that_is_no_number_is_kept_as_null),
        cmocka_unit_test(without_noise_sgd_is_a_power),
        cmocka_unit_test(momentum_follows_its_recurrence),
        cmocka_unit_test(null_leaves_parameters_alone),
        cmocka_unit_test(gradients_are_counted),
        cmocka_unit_test(divergence_is_found_at_its_step),
        cmocka_unit_test(divergence_by_the_last_update_is_found_by_the_evaluation),
        cmocka_unit_test(what_ruins_parameters_is_infeasible_on_every_backend),
        cmocka_unit_test(a_hopeless_trial_stops_where_it_exceeds_the_multiple),
        cmocka_unit_test(evaluations_come_when_due_and_after_the_last_step),
        cmocka_unit_test(schedules_see_the_validation_history),
        cmocka_unit_test(parts_of_the_time_add_up),
        cmocka_unit_test(an_outcome_survives_the_pipe),
    };
    return test_run(tests, NULL, NULL);
}
