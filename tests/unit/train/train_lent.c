/* What rules of second order are lent, through whole trials: a Newton step solves a quadratic, a saddle's negative
 * curvature is told, and all that was asked is counted.
 */
#include "support/model.h"
#include "support/trainer.h"
#include "support/trial.h"

#include "train/train.h"

static const char *const backends[] = { "naive", "openblas", "onednn" };
enum { N_BACKENDS = sizeof backends / sizeof *backends };

static bool is_there(const char *backend)
{
    fl_error why;
    bool there = fl_backend_find(backend, NULL)->usable(FL_BACKEND_F32, &why) &&
                 fl_backend_find("openblas", NULL)->usable(FL_BACKEND_F32, &why);
    if (!there) print_message("%s: %s\n", backend, why.text);
    return there;
}

static fl_trial trial_of(const char *rule, const fl_workload *workload, const char *backend)
{
    fl_trial_owners owners = { fl_optimizer_find(rule, NULL), fl_schedule_find("constant", NULL), workload };
    fl_trial trial = fl_trial_default(&owners);
    trial.backend = fl_backend_find(backend, NULL);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 1;
    trial.steps = 2;
    trial.batch_size = 50;
    trial.eval_every = 1;
    return trial;
}

static void set(fl_trial *trial, const char *name, const char *value)
{
    fl_trial_setting setting;
    fl_error error;
    if (!fl_trial_setting_find(&trial->owners, name, &setting, &error)) fail_msg("%s", error.text);
    double number = setting.hyper->choices ? fl_hyper_choice(setting.hyper, value) : strtod(value, NULL);
    fl_trial_setting_apply(&setting, number, &trial->values);
}

static fl_outcome train(fl_trial *trial, const fl_train_callbacks *callbacks)
{
    fl_train_trainer *trainer = fl_train_trainer_new();
    fl_outcome outcome = must_train(trainer, trial, callbacks);
    fl_train_trainer_free(trainer);
    fl_trial_free(trial);
    return outcome;
}

static fl_trial quadratic(const char *rule, const char *backend, const char *condition)
{
    fl_trial trial = trial_of(rule, fl_workload_find("quadratic/noisy", NULL), backend);
    set(&trial, "workload.noise", "0");
    set(&trial, "workload.condition", condition);
    set(&trial, "damping", "0");
    return trial;
}

/* The loss is a square of the distance, so its root is 1e-6 times the condition number of the first. */
static void a_newton_step_solves_a_quadratic(void **state)
{
    static const char *const conditions[] = { "10", "1000" };
    for (size_t b = 0; b < N_BACKENDS; b++) {
        if (!is_there(backends[b])) continue;
        for (size_t i = 0; i < 2; i++) {
            fl_trial trial = quadratic(i ? "newton" : "gauss_newton", backends[b], conditions[i]);
            fl_outcome outcome = train(&trial, NULL);
            double left = sqrt(outcome.first_losses.of[1] / outcome.first_losses.of[0]);
            if (!(left < 1e-6 * strtod(conditions[i], NULL))) fail_msg("%s: %g is left", backends[b], left);
            assert_int_equal(outcome.points[0].negative_curvature, 0);
            fl_outcome_free(&outcome);
        }
    }
}

static void conjugate_gradients_come_to_the_same_step(void **state)
{
    if (!is_there("naive")) return;
    fl_trial direct = quadratic("newton", "naive", "10"), cg = quadratic("newton", "naive", "10");
    set(&direct, "damping", "0.3");
    set(&cg, "damping", "0.3");
    set(&cg, "solver", "cg");
    set(&cg, "cg_tolerance", "1e-6");
    fl_outcome a = train(&direct, NULL), b = train(&cg, NULL);
    assert_close(b.first_losses.of[1], a.first_losses.of[1], 1e-5);
    fl_outcome_free(&a);
    fl_outcome_free(&b);
}

/* x^2/2 + y^4/4 - y^2/2 at (1, 0.001): curvatures 1 and -1. */
static void the_negative_curvature_of_a_saddle_is_told(void **state)
{
    static const char *const solvers[] = { "direct", "cg" };
    if (!is_there("naive")) return;
    for (size_t i = 0; i < 2; i++) {
        fl_trial trial = trial_of("newton", fl_workload_find("function/saddle", NULL), "naive");
        set(&trial, "solver", solvers[i]);
        fl_outcome outcome = train(&trial, NULL);
        assert_true(outcome.points[0].has_negative_curvature);
        assert_int_equal(outcome.points[0].negative_curvature, 1);
        fl_outcome_free(&outcome);
    }
}

static void a_rule_that_does_not_look_for_negative_curvature_tells_none(void **state)
{
    fl_trial trial = trial_of("lbfgs", fl_workload_find("function/saddle", NULL), "naive");
    fl_outcome outcome = train(&trial, NULL);
    assert_false(outcome.points[0].has_negative_curvature);
    assert_int_equal(outcome.curvature_products, 0);
    fl_outcome_free(&outcome);
}

/* Eight columns a step; of all 10,000 examples in batches of 50, 200 times as many. */
static void products_are_counted_and_timed(void **state)
{
    if (!is_there("naive")) return;
    for (int all = 0; all < 2; all++) {
        fl_trial trial = quadratic("newton", "naive", "10");
        set(&trial, "curvature_batch", all ? "all" : "step");
        fl_outcome outcome = train(&trial, NULL);
        assert_int_equal(outcome.curvature_products, 2 * 8 * (all ? 200 : 1));
        assert_int_equal(outcome.gradient_evaluations, 2);
        assert_true(outcome.seconds.curvature > 0);
        fl_outcome_free(&outcome);
    }
}

/* Micro-batches are parts of one batch: the same matrix, added in another order. */
static void a_batch_in_parts_has_the_same_curvature(void **state)
{
    if (!is_there("naive")) return;
    double losses[2];
    for (size_t i = 0; i < 2; i++) {
        fl_trial trial = trial_of("gauss_newton", fl_workload_find("glyphs/mlp", NULL), "naive");
        set(&trial, "solver", "cg");
        set(&trial, "cg_iterations", "3");
        set(&trial, "learning_rate", "0.1");
        trial.batch_size = 8;
        trial.micro_batch = i ? 2 : 0;
        trial.eval_every = 0;
        fl_outcome outcome = train(&trial, NULL);
        losses[i] = outcome.first_losses.of[1];
        assert_int_equal(outcome.curvature_products, 6);
        fl_outcome_free(&outcome);
    }
    assert_close(losses[1], losses[0], 1e-5);
}

/* --- where a rule stands --- */

static float products[4][1000]; /* on the step's batch at its parameters, by different ways of getting there */
static size_t n_numbers;

static void ask(fl_optimizer_update *update, float *product)
{
    update->lent->product(update, FL_OPTIMIZER_GGN, update->gradient, product);
}

/* Evaluations in between, of another batch and elsewhere, are no reason to answer otherwise. */
static void wander(fl_optimizer_update *update)
{
    n_numbers = update->layout->count;
    assert_in_range(n_numbers, 1, sizeof products[0] / sizeof(float));
    update->lent->stand(update, FL_OPTIMIZER_HERE);
    ask(update, products[0]);
    update->lent->evaluate(update, update->step + 1, false);
    ask(update, products[1]);
    float first = update->parameters[0];
    update->parameters[0] += 1;
    update->lent->evaluate(update, update->step, false);
    update->parameters[0] = first;
    update->lent->stand(update, FL_OPTIMIZER_HERE);
    ask(update, products[2]);
    update->lent->stand(update, update->step);
    ask(update, products[3]);
    update->parameters[0] += 1;
}

static fl_optimizer_wants wants_products(const double *hyper)
{
    return (fl_optimizer_wants){ .curvature = true, .matrix = FL_OPTIMIZER_GGN };
}

static void a_rule_finds_back_to_where_it_stands(void **state)
{
    const fl_layer layers[] = { { .kind = FL_LAYER_DENSE, .name = "a", .n_out = 1 },
                                { .kind = FL_LAYER_TANH },
                                { .kind = FL_LAYER_DENSE, .name = "b", .n_out = 10 },
                                { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY } };
    fl_optimizer rule = *fl_optimizer_find("sgd", NULL);
    rule.elementwise = false;
    rule.asks_again = rule.canonical = true;
    rule.wants = wants_products;
    rule.step = wander;
    for (size_t b = 0; b < N_BACKENDS; b++) {
        if (!is_there(backends[b])) continue;
        model m;
        make_model(&m, LAYERS(layers));
        fl_trial trial = trial_of("sgd", &m.workload, backends[b]);
        trial.owners.optimizer = &rule;
        trial.eval_every = 0;
        fl_outcome outcome = train(&trial, NULL);
        for (size_t i = 1; i < 4; i++) assert_memory_equal(products[i], products[0], n_numbers * sizeof(float));
        fl_outcome_free(&outcome);
    }
}

/* What a trial puts in the place of what its workload says holds for the curvature as for the gradient. */
static void a_dropout_of_the_trial_is_that_of_the_curvature(void **state)
{
    double losses[2];
    if (!is_there("naive")) return;
    for (size_t i = 0; i < 2; i++) {
        const fl_layer layers[] = { { .kind = FL_LAYER_DENSE, .name = "a", .n_out = 5 },
                                    { .kind = FL_LAYER_DROPOUT, .name = "dropout", .rate = i ? 0 : 0.4 },
                                    { .kind = FL_LAYER_DENSE, .name = "b", .n_out = 10 },
                                    { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY } };
        model m;
        make_model(&m, LAYERS(layers));
        fl_trial trial = trial_of("gauss_newton", &m.workload, "naive");
        set(&trial, "solver", "cg");
        set(&trial, "cg_iterations", "3");
        if (i) set(&trial, "dropout", "0.4");
        trial.eval_every = 0;
        fl_outcome outcome = train(&trial, NULL);
        losses[i] = outcome.first_losses.of[1];
        fl_outcome_free(&outcome);
    }
    assert_true(losses[0] == losses[1]);
}

static void assert_refused(fl_trial trial, const char *words)
{
    fl_train_trainer *trainer = fl_train_trainer_new();
    fl_error error;
    assert_false(fl_train_prepare(trainer, &trial, &error));
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_contains(error.text, words);
    fl_train_trainer_free(trainer);
    fl_trial_free(&trial);
}

static void what_cannot_be_had_is_refused(void **state)
{
    if (!is_there("naive")) return;
    assert_refused(trial_of("newton", fl_workload_find("glyphs/mlp", NULL), "naive"),
                   "up to 4000 parameters and the model has 235146");
    assert_refused(trial_of("kfac", fl_workload_find("quadratic/noisy", NULL), "naive"), "predicts no targets");
    fl_trial parts = trial_of("kfac", fl_workload_find("glyphs/mlp", NULL), "naive");
    parts.micro_batch = 10;
    assert_refused(parts, "leave micro_batch away");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_newton_step_solves_a_quadratic),
        cmocka_unit_test(conjugate_gradients_come_to_the_same_step),
        cmocka_unit_test(the_negative_curvature_of_a_saddle_is_told),
        cmocka_unit_test(a_rule_that_does_not_look_for_negative_curvature_tells_none),
        cmocka_unit_test(products_are_counted_and_timed),
        cmocka_unit_test(a_batch_in_parts_has_the_same_curvature),
        cmocka_unit_test(a_rule_finds_back_to_where_it_stands),
        cmocka_unit_test(a_dropout_of_the_trial_is_that_of_the_curvature),
        cmocka_unit_test(what_cannot_be_had_is_refused),
    };
    return test_run(tests, NULL, NULL);
}
