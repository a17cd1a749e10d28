/* A parameter server in virtual time: without delays plain training to the bit; with them what its definition says, by
 * hand on a function of two parameters. */
#include "method/method_asynchronous.h"
#include "support/trainer.h"
#include "support/training.h"
#include "support/trial.h"
#include "trial/around.h"

#include <math.h>
#include <string.h>

enum { MOST = 70 };

static void set(fl_trial *trial, size_t which, double value)
{
    trial->values.of[FL_TRIAL_OF_METHOD][which] = value;
}

static fl_outcome outcome_of(const fl_trial *trial)
{
    fl_error error;
    if (!fl_trial_accepts(trial, SIZE_MAX, &error)) fail_msg("%s", error.text);
    return must_train(shared_trainer(), trial, NULL);
}

/* --- on drawings, by their bits --- */

static fl_trial glyphs(const char *rule)
{
    fl_trial trial = naive_trial(rule, fl_workload_find("glyphs/mlp", NULL));
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 0.02;
    trial.split.validation = 11900;
    trial.batch_size = 4;
    trial.steps = 8;
    return trial;
}

static void assert_same_bits(const fl_trial *a, const fl_trial *b)
{
    fl_outcome x = outcome_of(a), y = outcome_of(b);
    assert_int_equal(strlen(x.state_hash), 16);
    assert_string_equal(x.state_hash, y.state_hash);
    fl_outcome_free(&x);
    fl_outcome_free(&y);
}

static void without_delays_it_is_plain_training_to_the_bit(void **state)
{
    static const char *const rules[] = { "sgd", "adam", "muon" };
    static const size_t workers[] = { 1, 2, 7 };
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++)
        for (size_t w = 0; w < sizeof workers / sizeof *workers; w++) {
            fl_trial plain = glyphs(rules[r]), trial = glyphs(rules[r]);
            plain.values.of[FL_TRIAL_AROUND][FL_TRIAL_L2] = trial.values.of[FL_TRIAL_AROUND][FL_TRIAL_L2] = 1e-3;
            plain.micro_batch = trial.micro_batch = w == 1 ? 2 : 0;
            parallel(&trial, "asynchronous", workers[w]);
            set(&trial, FL_METHOD_COMPUTE, 0);
            assert_same_bits(&plain, &trial);
        }
}

/* Equal workers take turns, so each is as late as there are others. */
static void n_equal_workers_are_an_exact_staleness_of_n_minus_1(void **state)
{
    for (size_t n = 1; n < 4; n++) {
        fl_trial turns = glyphs("momentum"), exact = glyphs("momentum"), plain = glyphs("momentum");
        parallel(&turns, "asynchronous", n);
        parallel(&exact, "asynchronous", 1);
        set(&exact, FL_METHOD_STALENESS, (double)n - 1);
        assert_same_bits(&turns, &exact);
        if (n == 1) assert_same_bits(&turns, &plain);
    }
}

/* --- on Rosenbrock's function, by hand --- */

typedef struct plane {
    double x, y;
} plane;

/* (1 - x)^2 + 100 (y - x^2)^2 (Rosenbrock 1960) */
static plane gradient(plane at)
{
    double beside = at.y - at.x * at.x;
    return (plane){ -2 * (1 - at.x) - 400 * at.x * beside, 200 * beside };
}

static const double RATE = 3e-4;

static fl_trial rosenbrock(void)
{
    fl_trial_owners owners = { fl_optimizer_find("sgd", NULL), fl_schedule_find("constant", NULL),
                               fl_workload_find("function/rosenbrock", NULL) };
    fl_trial trial = fl_trial_default(&owners);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = RATE;
    trial.backend = fl_backend_find("naive", NULL);
    trial.batch_size = 1;
    trial.steps = 24;
    trial.eval_every = 1;
    return trial;
}

/* The parameters after each step, from `path[1]` on; floats beside doubles stay within 1e-5. */
static void assert_path(const fl_trial *trial, const plane *path)
{
    fl_outcome outcome = outcome_of(trial);
    assert_int_equal(outcome.n_points, trial->steps);
    for (size_t i = 0; i < outcome.n_points; i++) {
        assert_close(outcome.points[i].parameters[0], path[i + 1].x, 1e-5);
        assert_close(outcome.points[i].parameters[1], path[i + 1].y, 1e-5);
    }
    fl_outcome_free(&outcome);
}

/* theta_{s+1} = theta_s - eta / max(1, t) (g + lambda g^2 (theta_s - theta_{s-t})) with g at theta_{s-t}. */
static void a_push_is_applied_as_late_as_is_said(void **state)
{
    static const struct {
        size_t late;
        double rate_by, lambda;
    } cases[] = { { 0, 0, 0 }, { 1, 0, 0 }, { 3, 0, 0 }, { 3, FL_METHOD_RATE_BY_STALENESS, 0 }, { 3, 0, 0.02 } };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        fl_trial trial = rosenbrock();
        plane path[MOST] = { { -1.2, 1 } };
        for (size_t s = 0; s < trial.steps; s++) {
            size_t late = s < cases[c].late ? s : cases[c].late;
            plane now = path[s], then = path[s - late], g = gradient(then);
            double rate = RATE / (cases[c].rate_by > 0 && late ? (double)late : 1);
            path[s + 1].x = now.x - rate * (g.x + cases[c].lambda * g.x * g.x * (now.x - then.x));
            path[s + 1].y = now.y - rate * (g.y + cases[c].lambda * g.y * g.y * (now.y - then.y));
        }
        parallel(&trial, "asynchronous", 1);
        set(&trial, FL_METHOD_STALENESS, (double)cases[c].late);
        set(&trial, FL_METHOD_RATE_BY, cases[c].rate_by);
        set(&trial, FL_METHOD_COMPENSATION, cases[c].lambda);
        assert_path(&trial, path);
    }
}

/* Two workers in turn. Each reads at every other push of its own, takes so many steps by itself for a push, and pushes
 * the sum of their gradients. */
static void assert_goes_on_by_itself(size_t steps)
{
    fl_trial trial = rosenbrock();
    plane path[MOST] = { { -1.2, 1 } }, mine[2] = { path[0], path[0] };
    for (size_t s = 0; s < trial.steps; s++) {
        plane *of = &mine[s % 2], sum = { 0, 0 };
        for (size_t i = 0; i < steps; i++) {
            plane g = gradient(*of);
            *of = (plane){ of->x - RATE * g.x, of->y - RATE * g.y };
            sum = (plane){ sum.x + g.x, sum.y + g.y };
        }
        path[s + 1] = (plane){ path[s].x - RATE * sum.x, path[s].y - RATE * sum.y };
        if (s / 2 % 2) *of = path[s + 1];
    }
    parallel(&trial, "asynchronous", 2);
    set(&trial, FL_METHOD_PUSH_EVERY, (double)steps);
    set(&trial, FL_METHOD_FETCH_EVERY, 2 * (double)steps);
    assert_path(&trial, path);
}

static void between_readings_a_worker_goes_on_by_itself(void **state)
{
    assert_goes_on_by_itself(1);
    assert_goes_on_by_itself(3);
}

/* --- what is recorded --- */

/* Three workers of 2 s a batch and 0.5 s a push: pushes arrive three at a time, every 2.5 s. The first three are 0, 1
 * and 2 late, all others 2. */
static void points_tell_staleness_and_virtual_time(void **state)
{
    fl_trial trial = rosenbrock();
    trial.steps = 9;
    trial.eval_every = 3;
    parallel(&trial, "asynchronous", 3);
    set(&trial, FL_METHOD_COMPUTE, 2);
    set(&trial, FL_METHOD_PUSH, 0.5);
    fl_outcome outcome = outcome_of(&trial);
    for (size_t i = 0; i < 3; i++) {
        assert_true(outcome.points[i].has_staleness);
        assert_close(outcome.points[i].staleness, i ? 2 : 1, 1e-12);
        assert_close(outcome.points[i].staleness_max, 2, 1e-12);
        assert_close(outcome.points[i].virtual_seconds, 2.5 * (double)(i + 1), 1e-12);
    }
    assert_int_equal(outcome.gradient_evaluations, 9);
    fl_outcome_free(&outcome);
}

static void assert_span(const json_t *line, size_t i, const char *what, double from, double to)
{
    const json_t *span = json_array_get(json_object_get(line, "spans"), i);
    assert_string_equal(json_string_value(json_object_get(span, "what")), what);
    assert_close(json_number_value(json_object_get(span, "from")), from, 1e-12);
    assert_close(json_number_value(json_object_get(span, "to")), to, 1e-12);
}

/* The fourth push is worker 0's second: it began when its first was applied, after 2.75 s. */
static void a_timeline_tells_who_did_what_when(void **state)
{
    fl_trial trial = rosenbrock();
    fl_train_trainer *trainer = fl_train_trainer_new();
    fl_outcome outcome;
    fl_error error;
    parallel(&trial, "asynchronous", 3);
    set(&trial, FL_METHOD_COMPUTE, 2);
    set(&trial, FL_METHOD_PULL, 0.25);
    set(&trial, FL_METHOD_PUSH, 0.5);
    fl_train_set_timeline(trainer, 4);
    assert_true(fl_train_trial(trainer, &trial, NULL, &outcome, &error));
    assert_int_equal(json_array_size(outcome.timeline), 4);
    const json_t *fourth = json_array_get(outcome.timeline, 3);
    assert_int_equal(json_integer_value(json_object_get(fourth, "step")), 4);
    assert_int_equal(json_integer_value(json_object_get(fourth, "worker")), 0);
    assert_span(fourth, 0, "pull", 2.75, 3);
    assert_span(fourth, 1, "compute", 3, 5);
    assert_span(fourth, 2, "push", 5, 5.5);
    fl_outcome_free(&outcome);
    fl_train_trainer_free(trainer);
}

/* --- checkpoints and mistakes --- */

static void it_goes_on_from_any_step(void **state)
{
    fl_trial trial = training_quadratic(fl_optimizer_find("adam", NULL), fl_schedule_find("constant", NULL));
    trial.values.of[FL_TRIAL_AROUND][FL_TRIAL_BATCH_FACTOR] = 1;
    parallel(&trial, "asynchronous", 5);
    set(&trial, FL_METHOD_DURATIONS, 2); /* lognormal */
    set(&trial, FL_METHOD_PULL, 0.2);
    set(&trial, FL_METHOD_PUSH_EVERY, 2);
    set(&trial, FL_METHOD_FETCH_EVERY, 4);
    assert_resumes(&trial);
    fl_trial_free(&trial);
}

static void a_loss_that_is_not_finite_ends_the_trial(void **state)
{
    fl_trial trial = rosenbrock();
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 1;
    parallel(&trial, "asynchronous", 2);
    fl_outcome outcome = outcome_of(&trial);
    assert_int_equal(outcome.status, FL_OUTCOME_INFEASIBLE);
    fl_outcome_free(&outcome);
}

static void assert_refused(fl_trial trial, const char *because)
{
    fl_error error;
    assert_false(fl_trial_accepts(&trial, SIZE_MAX, &error));
    assert_contains(error.text, because);
    fl_trial_free(&trial);
}

static fl_trial with(const char *rule, size_t which, double value)
{
    fl_trial trial = glyphs(rule);
    parallel(&trial, "asynchronous", 2);
    set(&trial, which, value);
    return trial;
}

static void what_does_not_go_together_is_refused(void **state)
{
    fl_trial pareto = with("sgd", FL_METHOD_DURATIONS, 3);
    assert_refused(with("sgd", FL_METHOD_PUSH_EVERY, 2), "must be a multiple of parallel.push_every = 2");
    assert_refused(pareto, "tail index is above 1");
    fl_trial exact = with("sgd", FL_METHOD_STALENESS, 4);
    set(&exact, FL_METHOD_FETCH_EVERY, 2);
    assert_refused(exact, "an exact parallel.staleness");
    fl_trial many = with("sgd", FL_METHOD_COMPENSATION, 0.1);
    set(&many, FL_METHOD_PUSH_EVERY, 2);
    set(&many, FL_METHOD_FETCH_EVERY, 2);
    assert_refused(many, "pushes of one batch");
    fl_trial moved = with("sgd", FL_METHOD_COMPENSATION, 0.1);
    set(&moved, FL_METHOD_FETCH_EVERY, 2);
    assert_refused(moved, "at parameters just read");
    assert_refused(with("sam", FL_METHOD_PUSH, 1), "asks for more gradients");
    assert_refused(with("schedule_free_adamw", FL_METHOD_PUSH, 1), "looks ahead");
}

/* What only one clock knows, and what several servers cannot do with a slice each. */
static void each_clock_has_its_own(void **state)
{
    assert_refused(with("sgd", FL_METHOD_SHARDS, 2), "parallel.shards = 2 wants parallel.clock = real");
    fl_trial slow = with("sgd", FL_METHOD_CLOCK, FL_METHOD_CLOCK_REAL);
    set(&slow, FL_METHOD_COMPUTE, 2);
    assert_refused(slow, "parallel.compute belongs to virtual time");
    fl_trial whole = with("muon", FL_METHOD_CLOCK, FL_METHOD_CLOCK_REAL);
    set(&whole, FL_METHOD_SHARDS, 2);
    assert_refused(whole, "optimizer 'muon' looks at more than one number at a time");
    fl_trial norm = with("sgd", FL_METHOD_CLOCK, FL_METHOD_CLOCK_REAL);
    set(&norm, FL_METHOD_SHARDS, 2);
    norm.values.of[FL_TRIAL_AROUND][FL_TRIAL_CLIP_NORM] = 1;
    assert_refused(norm, "clip_norm is of the whole gradient");
    assert_refused(with("sam", FL_METHOD_CLOCK, FL_METHOD_CLOCK_REAL), "asks for more gradients");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_delays_it_is_plain_training_to_the_bit),
        cmocka_unit_test(n_equal_workers_are_an_exact_staleness_of_n_minus_1),
        cmocka_unit_test(a_push_is_applied_as_late_as_is_said),
        cmocka_unit_test(between_readings_a_worker_goes_on_by_itself),
        cmocka_unit_test(points_tell_staleness_and_virtual_time),
        cmocka_unit_test(a_timeline_tells_who_did_what_when),
        cmocka_unit_test(it_goes_on_from_any_step),
        cmocka_unit_test(a_loss_that_is_not_finite_ends_the_trial),
        cmocka_unit_test(what_does_not_go_together_is_refused),
        cmocka_unit_test(each_clock_has_its_own),
    };
    return test_run(tests, training_set_up, workspace_tear_down);
}
