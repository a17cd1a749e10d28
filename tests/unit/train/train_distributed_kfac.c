/* Distributed K-FAC: K-FAC itself where nothing is late, to the bit; what is late and when, by hand; checkpoints. */
#include "math/dense.h"
#include "method/method_distributed_kfac.h"
#include "support/model.h"
#include "support/trainer.h"
#include "support/training.h"
#include "support/trial.h"
#include "trial/around.h"

#include <math.h>
#include <string.h>

static void set(fl_trial *trial, size_t which, double value)
{
    trial->values.of[FL_TRIAL_OF_METHOD][which] = value;
}

static void take(fl_trial *trial, double step, double statistics, double inverse)
{
    set(trial, FL_METHOD_KFAC_STEP, step);
    set(trial, FL_METHOD_KFAC_STATISTICS, statistics);
    set(trial, FL_METHOD_KFAC_INVERSE, inverse);
}

static void set_rule(fl_trial *trial, const char *name, double value)
{
    const fl_optimizer *rule = trial->owners.optimizer;
    trial->values.of[FL_TRIAL_OF_OPTIMIZER][fl_hyper_index(rule->hypers, rule->n_hypers, name)] = value;
}

/* The drawings, read by a small convolution, whose patches are the widest factor, and a dense layer. */
static const fl_workload *small(void)
{
    static const fl_layer layers[] = {
        { .kind = FL_LAYER_CONVOLUTION, .name = "conv", .n_out = 3, .kernel = 14, .stride = 14 },
        { .kind = FL_LAYER_RELU },
        { .kind = FL_LAYER_FLATTEN },
        { .kind = FL_LAYER_DENSE, .name = "dense", .n_out = 10 },
        { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY },
    };
    static model m;
    make_model(&m, LAYERS(layers));
    return &m.workload;
}

static fl_trial of_rule(const char *rule, const fl_workload *workload)
{
    fl_trial trial = naive_trial(rule, workload);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 0.02;
    trial.split.validation = 250;
    trial.batch_size = 12;
    trial.steps = 7;
    return trial;
}

static fl_trial kfac(void)
{
    fl_trial trial = of_rule("kfac", small());
    set_rule(&trial, "inverse_every", 3);
    set_rule(&trial, "statistics_every", 2);
    return trial;
}

static fl_train_trainer *trainer;

static bool same_bits(const fl_trial *a, const fl_trial *b)
{
    fl_outcome x = must_train(trainer, a, NULL), y = must_train(trainer, b, NULL);
    assert_int_equal(strlen(x.state_hash), 16);
    bool same = !strcmp(x.state_hash, y.state_hash);
    fl_outcome_free(&x);
    fl_outcome_free(&y);
    return same;
}

static int begin(void **state)
{
    trainer = fl_train_trainer_new();
    return training_set_up(state);
}

static int end(void **state)
{
    fl_train_trainer_free(trainer);
    return workspace_tear_down(state);
}

/* One worker that measures on its own batch and waits is the rule by itself, whatever it takes; and so is one that
 * does not wait where nothing takes any time. With adaptive damping the loss is asked for once more. */
static void one_worker_that_is_never_late_is_kfac_to_the_bit(void **state)
{
    for (int adaptive = 0; adaptive < 2; adaptive++) {
        fl_trial plain = kfac(), waits, at_once;
        plain.values.of[FL_TRIAL_AROUND][FL_TRIAL_L2] = 1e-3;
        set_rule(&plain, "damping_rule", adaptive);
        waits = at_once = plain;
        parallel(&waits, "distributed_kfac", 1);
        set(&waits, FL_METHOD_KFAC_STATISTICS_WORKERS, 0);
        parallel(&at_once, "distributed_kfac", 1);
        set(&at_once, FL_METHOD_KFAC_STATISTICS_WORKERS, 0);
        set(&at_once, FL_METHOD_KFAC_INVERSES, FL_METHOD_KFAC_ASYNCHRONOUS);
        take(&at_once, 0, 0, 0);
        assert_true(same_bits(&plain, &waits));
        assert_true(same_bits(&plain, &at_once));
    }
}

static void late_by_no_time_is_synchronous_to_the_bit(void **state)
{
    fl_trial waits = kfac(), at_once, late;
    parallel(&waits, "distributed_kfac", 2);
    set(&waits, FL_METHOD_KFAC_STATISTICS_WORKERS, 3);
    at_once = waits;
    set(&at_once, FL_METHOD_KFAC_INVERSES, FL_METHOD_KFAC_ASYNCHRONOUS);
    late = at_once;
    take(&at_once, 1, 0, 0);
    assert_true(same_bits(&waits, &at_once));
    assert_false(same_bits(&waits, &late));
}

static double loss_after(const fl_trial *trial)
{
    fl_trial evaluated = *trial;
    evaluated.eval_every = trial->steps;
    fl_outcome outcome = must_train(trainer, &evaluated, NULL);
    double loss = outcome.points[outcome.n_points - 1].of[FL_TRIAL_TRAIN_LOSS];
    fl_outcome_free(&outcome);
    return loss;
}

/* Targets are drawn for rows of the whole batch, so shares that measure on it make the same means but for rounding;
 * batches of their own make others. */
static void shares_measure_what_the_whole_does(void **state)
{
    fl_trial whole = kfac(), shares = kfac(), others = kfac();
    parallel(&shares, "distributed_kfac", 3);
    set(&shares, FL_METHOD_KFAC_STATISTICS_WORKERS, 0);
    parallel(&others, "distributed_kfac", 1);
    double expected = loss_after(&whole), off = fabs(loss_after(&shares) - expected);
    assert_true(off < 1e-5 * expected);
    assert_true(fabs(loss_after(&others) - expected) > 10 * off);
    assert_true(fabs(loss_after(&others) - expected) > 1e-5 * expected);
}

/* Inputs of 784 pixels as 28 x 28: another step, that resembles the direct one, and goes on from a checkpoint. */
static void doubly_factored_it_still_learns(void **state)
{
    fl_trial direct = of_rule("kfac", fl_workload_find("glyphs/mlp", NULL)), doubly, none;
    parallel(&direct, "distributed_kfac", 2);
    doubly = none = direct;
    set(&doubly, FL_METHOD_KFAC_DOUBLY_ABOVE, 500);
    set(&none, FL_METHOD_KFAC_DOUBLY_ABOVE, 784); /* no layer has more */
    assert_true(same_bits(&direct, &none));
    double with = loss_after(&doubly), without = loss_after(&direct);
    assert_true(fabs(with - without) > 1e-6);
    assert_true(with < 2 * without);
    doubly.steps = 3;
    doubly.eval_every = 2;
    assert_resumes(&doubly);
}

/* --- what is recorded --- */

/* Steps of 1 s, statistics of .5 s every step, inverses of 2.5 s as often as their worker is free: as
 * virtual_inverses.c has it. Ages 0 1 2 | 2 3 4 | 3, times 3 4 5 | 6 7 8 | 9. */
static void points_tell_staleness_and_virtual_time(void **state)
{
    static const double mean[] = { 1, 3, 3 }, most[] = { 2, 4, 3 }, seconds[] = { 5, 8, 9 };
    fl_trial trial = kfac();
    set_rule(&trial, "inverse_every", 1);
    set_rule(&trial, "statistics_every", 1);
    parallel(&trial, "distributed_kfac", 2);
    set(&trial, FL_METHOD_KFAC_INVERSES, FL_METHOD_KFAC_ASYNCHRONOUS);
    take(&trial, 1, 0.5, 2.5);
    trial.eval_every = 3;
    fl_outcome outcome = must_train(trainer, &trial, NULL);
    assert_int_equal(outcome.n_points, 3);
    for (size_t i = 0; i < 3; i++) {
        const fl_trial_point *p = &outcome.points[i];
        assert_true(p->has_inverse_staleness);
        assert_close(p->inverse_staleness, mean[i], 1e-12);
        assert_close(p->inverse_staleness_max, most[i], 1e-12);
        assert_close(p->virtual_seconds, seconds[i], 1e-12);
    }
    assert_int_equal(outcome.gradient_evaluations, 2 * 7);
    assert_int_equal(outcome.curvature_products, 7);
    fl_outcome_free(&outcome);
}

static double number_of(const json_t *line, const char *key)
{
    return json_number_value(json_object_get(line, key));
}

static const json_t *first_span(const json_t *line)
{
    return json_array_get(json_object_get(line, "spans"), 0);
}

/* Two gradient workers, one that measures, two that invert: A of the first layer, by far the costliest, has a worker
 * for itself; the other has the five others, whose times add up to its own. */
static void a_timeline_tells_who_inverted_what(void **state)
{
    fl_trial trial = kfac();
    fl_outcome outcome;
    fl_error error;
    double until[2] = { 0 };
    size_t i, n = 0;
    const json_t *line;
    parallel(&trial, "distributed_kfac", 2);
    set(&trial, FL_METHOD_KFAC_INVERSE_WORKERS, 2);
    take(&trial, 1, 2, 4);
    fl_train_set_timeline(trainer, 1);
    assert_true(fl_train_trial(trainer, &trial, NULL, &outcome, &error));
    fl_train_set_timeline(trainer, 0);
    json_array_foreach(outcome.timeline, i, line)
    {
        const json_t *span = first_span(line);
        size_t worker = (size_t)number_of(line, "worker");
        const char *what = json_string_value(json_object_get(span, "what"));
        assert_string_equal(what, worker < 2 ? "compute" : worker == 2 ? "statistics" : "inverse");
        assert_close(number_of(span, "from"), worker < 3 ? 0 : until[worker - 3] > 0 ? until[worker - 3] : 2, 1e-9);
        if (worker < 3) continue;
        until[worker - 3] = number_of(span, "to");
        assert_non_null(json_object_get(span, "of"));
        if (!n++) assert_int_equal(worker, 3);
    }
    assert_true(n >= 4);
    assert_close(until[0] - 2 + until[1] - 2, 4, 1e-9); /* of all inverses on one worker */
    assert_true(until[0] > until[1]);
    fl_outcome_free(&outcome);
}

/* --- checkpoints and mistakes --- */

/* Statistics and inverses are under way at most steps. */
static void it_goes_on_from_any_step(void **state)
{
    fl_trial trial = kfac();
    set_rule(&trial, "inverse_every", 1);
    parallel(&trial, "distributed_kfac", 2);
    set(&trial, FL_METHOD_KFAC_INVERSES, FL_METHOD_KFAC_ASYNCHRONOUS);
    set(&trial, FL_METHOD_KFAC_STATISTICS_WORKERS, 2);
    set(&trial, FL_METHOD_KFAC_DURATIONS, 2); /* lognormal */
    trial.eval_every = 2;
    take(&trial, 1, 1.2, 2);
    assert_resumes(&trial);
}

static void assert_refused(const fl_trial *trial, const char *because)
{
    fl_error error;
    fl_outcome outcome;
    assert_false(fl_trial_accepts(trial, SIZE_MAX, &error) && fl_train_trial(trainer, trial, NULL, &outcome, &error));
    assert_contains(error.text, because);
}

static void what_does_not_go_together_is_refused(void **state)
{
    fl_trial adam = of_rule("adam", small()), pareto = kfac(), parts = kfac(), uneven = kfac(), grows = kfac();
    parallel(&adam, "distributed_kfac", 2);
    assert_refused(&adam, "does not serve optimizer 'adam', which has no Kronecker factors; use kfac");
    parallel(&pareto, "distributed_kfac", 2);
    set(&pareto, FL_METHOD_KFAC_DURATIONS, 3);
    assert_refused(&pareto, "tail index is above 1");
    parallel(&parts, "distributed_kfac", 2);
    parts.micro_batch = 3;
    assert_refused(&parts, "leave micro_batch away");
    parallel(&uneven, "distributed_kfac", 5);
    assert_refused(&uneven, "5 workers do not divide a batch of 12");
    grows.values.of[FL_TRIAL_AROUND][FL_TRIAL_BATCH_FACTOR] = 2;
    grows.values.of[FL_TRIAL_AROUND][FL_TRIAL_BATCH_EVERY] = 2;
    assert_refused(&grows, "leave batch.factor away");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_worker_that_is_never_late_is_kfac_to_the_bit),
        cmocka_unit_test(late_by_no_time_is_synchronous_to_the_bit),
        cmocka_unit_test(shares_measure_what_the_whole_does),
        cmocka_unit_test(doubly_factored_it_still_learns),
        cmocka_unit_test(points_tell_staleness_and_virtual_time),
        cmocka_unit_test(a_timeline_tells_who_inverted_what),
        cmocka_unit_test(it_goes_on_from_any_step),
        cmocka_unit_test(what_does_not_go_together_is_refused),
    };
    if (!fl_math_usable(NULL)) return test_skip_all("OpenBLAS's LAPACK");
    return test_run(tests, begin, end);
}
