/* A record as JSON and back: the fields others rely on, and where they are null. */
#include "support/fixtures.h"

#define TARGET "\"target\": {\"metric\": \"val_error\", \"value\": 0.15},"
#define ADAM                                                                                                           \
    "{\"arm\": \"adam\", \"optimizer\": \"adam\", \"schedule\": \"linear\", \"space\": {"                              \
    "\"learning_rate/epsilon\": {\"min\": 1e-2, \"max\": 1e7, \"scaling\": \"log\"},"                                  \
    "\"epsilon\": {\"min\": 1e-10, \"max\": 1e10, \"scaling\": \"log\"}, \"epsilon_form\": \"kingma\","                \
    "\"one_minus_beta2\": {\"min\": 1e-4, \"max\": 0.1, \"scaling\": \"log\"}}}"

/* The record of a synthetic outcome of trial 1. */
static json_t *record_of(const fl_study *study, synthetic what)
{
    fl_record_slot slot = { 0, 1, 0 };
    fl_trial trial = fl_study_trial(study, &study->arms[0], 1, 0);
    fl_outcome outcome = synthetic_outcome(&trial, &what);
    json_t *record = fl_record_json(study, &slot, &trial, &outcome, "00000000000000aa");
    fl_outcome_free(&outcome);
    fl_trial_free(&trial);
    return record;
}

static void a_record_holds_the_promised_fields(void **state)
{
    fl_study *study = synthetic_study(BUDGET(3) TARGET, ADAM);
    json_t *record = record_of(study, (synthetic){ .val_error = 0.2, .test_error = 0.21, .reached = 50 });
    assert_keys(
        record,
        "schema study arm index repeat trial status reason workload optimizer schedule hyperparameters "
        "batch_size steps eval_every backend precision threads seed n_parameters steps_done gradient_evaluations "
        "curvature_products "
        "first_losses lent final "
        "best steps_to_target state_hash seconds examples_per_second host repro");
    assert_keys(json_object_get(record, "final"),
                "step train_loss train_error val_loss val_error test_loss test_error");
    assert_keys(json_object_get(record, "seconds"),
                "total setup data forward_backward curvature update evaluate other");
    assert_keys(json_object_get(record, "hyperparameters"),
                "learning_rate beta1 beta2 epsilon epsilon_form "
                "schedule.warmup_steps schedule.decay_fraction schedule.end_factor");
    assert_int_equal(50, json_integer_value(json_object_get(record, "steps_to_target")));
    assert_int_equal(100, json_integer_value(json_object_get(json_object_get(record, "final"), "step")));
    assert_int_equal(50, json_integer_value(json_object_get(json_object_get(record, "best"), "step")));
    json_decref(record);
    fl_study_free(study);
}

static void only_a_rule_that_stands_on_lapack_has_bits_of_the_machine(void **state)
{
    fl_study *adam = synthetic_study(BUDGET(3), ADAM),
             *muon = synthetic_study(BUDGET(3), "{\"arm\":\"muon\",\"optimizer\":\"muon\",\"space\":{"
                                                "\"learning_rate\":{\"min\":1e-3,\"max\":0.1,\"scaling\":\"log\"}}}");
    json_t *exact = record_of(adam, (synthetic){ .val_error = 0.2 }),
           *machine = record_of(muon, (synthetic){ .val_error = 0.2 });
    assert_null(json_object_get(exact, "machine_bits"));
    assert_true(json_is_true(json_object_get(machine, "machine_bits")));
    json_decref(exact);
    json_decref(machine);
    fl_study_free(adam);
    fl_study_free(muon);
}

#define BY_CLOCK(clock) "\"parallel\":{\"method\":\"asynchronous\",\"workers\":2,\"clock\":\"" clock "\"}," BUDGET(3)

static void only_what_the_real_clock_trained_is_not_reproducible(void **state)
{
    fl_study *with_virtual = synthetic_study(BY_CLOCK("virtual"), ADAM),
             *with_real = synthetic_study(BY_CLOCK("real"), ADAM);
    json_t *same = record_of(with_virtual, (synthetic){ .val_error = 0.2 }),
           *other = record_of(with_real, (synthetic){ .val_error = 0.2 });
    assert_null(json_object_get(same, "reproducible"));
    assert_true(json_is_false(json_object_get(other, "reproducible")));
    json_decref(same);
    json_decref(other);
    fl_study_free(with_virtual);
    fl_study_free(with_real);
}

static void what_an_infeasible_trial_has_not_is_null(void **state)
{
    fl_study *study = synthetic_study(BUDGET(3) TARGET, ADAM);
    json_t *record = record_of(study, (synthetic){ .status = FL_OUTCOME_INFEASIBLE, .reason = "not finite at step 7" });
    assert_true(json_is_null(json_object_get(record, "final")));
    assert_true(json_is_null(json_object_get(record, "best")));
    assert_true(json_is_null(json_object_get(record, "state_hash")));
    assert_true(json_is_null(json_object_get(record, "steps_to_target")));
    assert_string_equal("not finite at step 7", json_string_value(json_object_get(record, "reason")));
    json_decref(record);
    fl_study_free(study);
}

static void steps_to_target_are_null_when_missed_and_absent_without_a_target(void **state)
{
    fl_study *with = synthetic_study(BUDGET(3) TARGET, ADAM), *without = synthetic_study(BUDGET(3), ADAM);
    json_t *missed = record_of(with, (synthetic){ .val_error = 0.2 }),
           *plain = record_of(without, (synthetic){ .val_error = 0.2 });
    assert_true(json_is_null(json_object_get(missed, "steps_to_target")));
    assert_null(json_object_get(plain, "steps_to_target"));
    json_decref(missed);
    json_decref(plain);
    fl_study_free(with);
    fl_study_free(without);
}

/* The target is 0.15 and "strictly below" counts: 0.15 itself does not. */
static void a_target_is_reached_strictly_below_its_value(void **state)
{
    fl_study *study = synthetic_study(BUDGET(3) TARGET, ADAM);
    json_t *at = record_of(study, (synthetic){ .val_error = 0.15 });
    json_t *below = record_of(study, (synthetic){ .val_error = 0.15 - 1e-12 });
    assert_true(json_is_null(json_object_get(at, "steps_to_target")));
    assert_int_equal(100, json_integer_value(json_object_get(below, "steps_to_target")));
    json_decref(at);
    json_decref(below);
    fl_study_free(study);
}

static void a_record_comes_back_as_it_was(void **state)
{
    fl_record record;
    fl_study *study = synthetic_study(BUDGET(3) TARGET, ADAM);
    fl_trial trial = fl_study_trial(study, &study->arms[0], 1, 0);
    json_t *object = record_of(study, (synthetic){ .val_error = 0.2, .test_error = 0.21, .reached = 50 });
    json_object_set_new(object, "of_a_later_schema", json_integer(1));
    assert_true(fl_record_read(object, study, &record));
    assert_int_equal(1, record.slot.index);
    assert_int_equal(FL_OUTCOME_COMPLETE, record.status);
    assert_int_equal(trial.seed, record.seed);
    assert_memory_equal(&trial.values, &record.values, sizeof record.values);
    assert_true(record.has_final);
    assert_close(record.final.of[FL_TRIAL_TEST_ERROR], 0.21, 0);
    assert_close(record.steps_to_target, 50, 0);
    assert_close(record.seconds.forward_backward, 1.5, 0);
    assert_close(record.examples_per_second, 1234.5, 0);
    assert_string_equal("00000000000000aa", record.host);
    assert_contains(record.repro, "--set epsilon_form=kingma");
    fl_record_free(&record);
    json_decref(object);
    fl_trial_free(&trial);
    fl_study_free(study);
}

/* A line from before first losses were recorded has no such field, and is a record as before. */
static void first_losses_come_back_if_they_were_recorded(void **state)
{
    fl_record record;
    fl_study *study = synthetic_study(BUDGET(3), ADAM);
    json_t *object = record_of(study, (synthetic){ .val_error = 0.2 });
    json_object_set_new(object, "first_losses", json_pack("[f, n]", 1.0 / 3));
    assert_true(fl_record_read(object, study, &record));
    assert_int_equal(record.first_losses.n, 2);
    assert_true(record.first_losses.of[0] == 1.0 / 3);
    assert_true(isinf(record.first_losses.of[1]));
    fl_record_free(&record);
    json_object_del(object, "first_losses");
    assert_true(fl_record_read(object, study, &record));
    assert_int_equal(record.first_losses.n, 0);
    fl_record_free(&record);
    json_decref(object);
    fl_study_free(study);
}

static void a_recorded_trial_is_the_trial_that_ran(void **state)
{
    fl_record record;
    char ran[17], recorded[17];
    fl_study *study = synthetic_study(BUDGET(3), ADAM);
    fl_trial trial = fl_study_trial(study, &study->arms[0], 1, 0);
    json_t *object = record_of(study, (synthetic){ .val_error = 0.2 });
    assert_true(fl_record_read(object, study, &record));
    fl_trial again = fl_record_trial(study, &record);
    fl_trial_id(&trial, "data", ran);
    fl_trial_id(&again, "data", recorded);
    assert_string_equal(ran, recorded);
    fl_trial_free(&again);
    fl_record_free(&record);
    json_decref(object);
    fl_trial_free(&trial);
    fl_study_free(study);
}

static void what_is_no_record_of_the_study_is_refused(void **state)
{
    static const char *const needed[] = { "arm", "index", "repeat", "status" };
    fl_record record;
    fl_study *study = synthetic_study(BUDGET(3), ADAM);
    for (size_t i = 0; i < 4; i++) {
        json_t *object = record_of(study, (synthetic){ .val_error = 0.2 });
        json_object_set_new(object, needed[i], json_string("another"));
        assert_false(fl_record_read(object, study, &record));
        json_object_del(object, needed[i]);
        assert_false(fl_record_read(object, study, &record));
        json_decref(object);
    }
    fl_study_free(study);
}

/* Whoever tells the record would look such a value up where there is none. */
static void values_that_no_trial_can_have_are_refused(void **state)
{
    static const struct {
        const char *name, *value;
    } wrong[] = { { "epsilon_form", "\"neither\"" },  { "epsilon_form", "2" },   { "epsilon_form", "-1" },
                  { "epsilon_form", "null" },         { "learning_rate", "-1" }, { "learning_rate", "\"kingma\"" },
                  { "schedule.warmup_steps", "2.5" }, { "beta1", "1e300" } };
    fl_record record;
    fl_study *study = synthetic_study(BUDGET(3), ADAM);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        json_t *object = record_of(study, (synthetic){ .val_error = 0.2 });
        json_t *hypers = json_object_get(object, "hyperparameters");
        json_object_set_new(hypers, wrong[i].name, json_loads(wrong[i].value, JSON_DECODE_ANY, NULL));
        if (fl_record_read(object, study, &record)) fail_msg("%s = %s was accepted", wrong[i].name, wrong[i].value);
        json_decref(object);
    }
    fl_study_free(study);
}

static void a_slot_below_zero_is_refused(void **state)
{
    fl_record record;
    fl_study *study = synthetic_study(BUDGET(3), ADAM);
    for (int i = 0; i < 2; i++) {
        json_t *object = record_of(study, (synthetic){ .val_error = 0.2 });
        json_object_set_new(object, i ? "index" : "repeat", json_integer(-1));
        assert_false(fl_record_read(object, study, &record));
        json_decref(object);
    }
    fl_study_free(study);
}

static void the_best_point_wins_by_metric_then_loss_then_step(void **state)
{
    const fl_trial_point points[] = { synthetic_point(10, 0.2, 0.5, 0.9), synthetic_point(20, 0.1, 0.5, 0.8),
                                      synthetic_point(30, 0.1, 0.5, 0.7), synthetic_point(40, 0.1, 0.5, 0.7) };
    assert_int_equal(30, fl_record_best_point(points, 4, FL_TRIAL_VAL_ERROR, false)->step);
    assert_null(fl_record_best_point(points, 0, FL_TRIAL_VAL_ERROR, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_holds_the_promised_fields),
        cmocka_unit_test(only_a_rule_that_stands_on_lapack_has_bits_of_the_machine),
        cmocka_unit_test(only_what_the_real_clock_trained_is_not_reproducible),
        cmocka_unit_test(what_an_infeasible_trial_has_not_is_null),
        cmocka_unit_test(steps_to_target_are_null_when_missed_and_absent_without_a_target),
        cmocka_unit_test(a_target_is_reached_strictly_below_its_value),
        cmocka_unit_test(a_record_comes_back_as_it_was),
        cmocka_unit_test(first_losses_come_back_if_they_were_recorded),
        cmocka_unit_test(a_recorded_trial_is_the_trial_that_ran),
        cmocka_unit_test(what_is_no_record_of_the_study_is_refused),
        cmocka_unit_test(values_that_no_trial_can_have_are_refused),
        cmocka_unit_test(a_slot_below_zero_is_refused),
        cmocka_unit_test(the_best_point_wins_by_metric_then_loss_then_step),
    };
    return test_run(tests, NULL, NULL);
}
