/* When a trial is evaluated: every so many steps, or at steps that grow by a ratio. */
#include "trial/trial.h"
#include "support/test.h"

static fl_trial trial_with(size_t every, double ratio)
{
    fl_trial_owners owners = { fl_optimizer_find("sgd", NULL), fl_schedule_find("constant", NULL),
                               fl_workload_find("quadratic/noisy", NULL) };
    fl_trial trial = fl_trial_default(&owners);
    trial.eval_every = every;
    trial.eval_ratio = ratio;
    return trial;
}

/* Ratio 1.5 by hand: 1, 2, 3, 5 (4.5), 8 (7.5), 12, 18, 27, 41 (40.5). */
static void a_ratio_gives_the_steps_worked_out_by_hand(void **state)
{
    static const size_t steps[] = { 1, 2, 3, 5, 8, 12, 18, 27, 41 };
    fl_trial trial = trial_with(1, 1.5);
    size_t next = 0;
    for (size_t done = 1; done <= 41; done++) {
        bool expected = steps[next] == done;
        assert_int_equal(expected, fl_trial_evaluates(&trial, next ? steps[next - 1] : 0, done));
        next += expected;
    }
    assert_int_equal(9, next);
}

static void as_many_as_are_counted_are_due(void **state)
{
    static const struct {
        size_t every;
        double ratio;
    } rows[] = { { 1, 0 }, { 7, 0 }, { 50, 0 }, { 1, 1.01 }, { 1, 1.1 }, { 1, 2 }, { 1, 1000 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fl_trial trial = trial_with(rows[i].every, rows[i].ratio);
        for (size_t steps = 1; steps < 300; steps++) {
            size_t due = 1, before = 0; /* the last is due */
            for (size_t done = 1; done < steps; done++) {
                if (!fl_trial_evaluates(&trial, before, done)) continue;
                before = done;
                due++;
            }
            assert_int_equal(due, fl_trial_evaluations(&trial, steps));
        }
    }
}

/* So far that no whole number of steps is: the first step and the last. */
static void a_ratio_beyond_every_step_ends(void **state)
{
    fl_trial trial = trial_with(1, 1e300);
    assert_true(fl_trial_evaluates(&trial, 0, 1));
    assert_false(fl_trial_evaluates(&trial, 1, 50));
    assert_int_equal(2, fl_trial_evaluations(&trial, 100));
    assert_close(fl_trial_resolution(&trial, 100), 99, 0);
}

static void no_evaluations_are_none(void **state)
{
    fl_trial trial = trial_with(0, 0);
    assert_false(fl_trial_evaluates(&trial, 0, 50));
    assert_int_equal(0, fl_trial_evaluations(&trial, 100));
}

static void the_resolution_is_the_way_from_the_evaluation_before(void **state)
{
    fl_trial by_ratio = trial_with(1, 1.5), by_steps = trial_with(50, 0);
    assert_close(fl_trial_resolution(&by_steps, 200), 50, 0);
    assert_close(fl_trial_resolution(&by_ratio, 1), 1, 0);
    assert_close(fl_trial_resolution(&by_ratio, 12), 4, 0);
    assert_close(fl_trial_resolution(&by_ratio, 41), 14, 0);
    assert_close(fl_trial_resolution(&by_ratio, 50), 9, 0); /* the last step of a run */
}

/* There and back, and only what is not the default is said: identities of earlier trials stay. */
static void evaluations_travel_as_json(void **state)
{
    fl_trial trial = trial_with(1, 1.25), back;
    fl_error error;
    trial.test = FL_TRIAL_TEST_BEST_VAL_LOSS;
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 0.1;
    json_t *object = fl_trial_json(&trial);
    char *text = json_dumps(object, JSON_REAL_PRECISION(17));
    fl_json *document = fl_json_load_text("trial", text, strlen(text), &error);
    if (!fl_trial_read(fl_json_root(document), &back, &error)) fail_msg("%s", error.text);
    assert_close(back.eval_ratio, 1.25, 0);
    assert_int_equal(back.test, FL_TRIAL_TEST_BEST_VAL_LOSS);
    fl_json_free(document);
    free(text);
    json_decref(object);
    trial = trial_with(50, 0);
    object = fl_trial_json(&trial);
    assert_int_equal(50, json_integer_value(json_object_get(object, "eval_every")));
    assert_null(json_object_get(object, "test"));
    json_decref(object);
}

static void evaluations_travel_as_a_command(void **state)
{
    fl_text text = { 0 };
    fl_trial trial = trial_with(1, 1.25);
    trial.test = FL_TRIAL_TEST_FINAL;
    fl_trial_command(&trial, &text);
    assert_contains(text.bytes, " --eval-ratio 1.25 --test final");
    fl_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ratio_gives_the_steps_worked_out_by_hand),
        cmocka_unit_test(as_many_as_are_counted_are_due),
        cmocka_unit_test(a_ratio_beyond_every_step_ends),
        cmocka_unit_test(no_evaluations_are_none),
        cmocka_unit_test(the_resolution_is_the_way_from_the_evaluation_before),
        cmocka_unit_test(evaluations_travel_as_json),
        cmocka_unit_test(evaluations_travel_as_a_command),
    };
    return test_run(tests, NULL, NULL);
}
