/* Tuned rates carried to another batch size: the points, their seeds, and what is refused. */
#include "plan/carry.h"
#include "support/fixtures.h"

#include <math.h>

#define FIELDS(batches) "\"batch_size\": " batches ", \"budget\": {\"trials\": 4, \"steps\": 100, \"eval_every\": 10},"
#define STUDY(batches)                                                                                                 \
    "{\"study\": \"batches\", \"workload\": \"glyphs/mlp\", \"backend\": \"naive\", " FIELDS(                          \
        batches) "\"target\": {\"metric\": \"val_error\", \"value\": 0.5}, \"arms\": [" SGD("sgd") "]}"

/* Trial `best` of an arm is the best of four. */
static void tune(const fixture *s, size_t arm, uint64_t best)
{
    for (uint64_t i = 0; i < 4; i++) {
        double error = i == best ? 0.1 : 0.3;
        add_trial(s, arm, i, 0, (synthetic){ .val_error = error, .test_error = error });
    }
}

static double searched_rate(const fixture *s, size_t arm, uint64_t index)
{
    fl_trial trial = fl_study_trial(s->study, &s->study->arms[arm], index, 0);
    double rate = trial.values.of[FL_TRIAL_OF_OPTIMIZER][0];
    fl_trial_free(&trial);
    return rate;
}

static fl_study *carried(fixture *s, fl_plan_carried asked)
{
    fl_error error;
    json_t *study = fl_plan_carry(read_fixture(s), asked, &error);
    if (!study) fail_msg("%s", error.text);
    char *text = json_dumps(study, JSON_REAL_PRECISION(17));
    fl_study *loaded = fl_study_load_text("carry.json", text, NULL, &error);
    if (!loaded) fail_msg("%s", error.text);
    free(text);
    json_decref(study);
    return loaded;
}

static double rate_of(const fl_study *study, const char *arm, uint64_t index)
{
    const fl_study_arm *found = fl_study_find_arm(study, arm);
    assert_non_null(found);
    fl_trial trial = fl_study_trial(study, found, index, 0);
    double rate = trial.values.of[FL_TRIAL_OF_OPTIMIZER][0];
    fl_trial_free(&trial);
    return rate;
}

/* From 32 to 128: four times the batch, so four times the rate, or twice. Trial 1 is tuned at 32, trial 3 at 128. */
static void each_rule_carries_the_rate_tuned_at_the_smaller_batch(void **state)
{
    fixture s;
    fixture_begin_text(&s, STUDY("[32, 64, 128]"));
    for (size_t arm = 0; arm < 3; arm++) tune(&s, arm, arm == 2 ? 3 : 1);
    fl_study *study = carried(&s, (fl_plan_carried){ .seeds = 6 });
    double from = searched_rate(&s, 0, 1), to = searched_rate(&s, 2, 3);
    assert_int_equal(study->n_arms, 3);
    for (uint64_t i = 0; i < 6; i++) {
        assert_close(rate_of(study, "sgd", i), to, 0);
        assert_close(rate_of(study, "sgd, linear rule", i), 4 * from, 1e-8 * from);
        assert_close(rate_of(study, "sgd, square-root rule", i), 2 * from, 1e-8 * from);
    }
    fl_study_free(study);
    fixture_end(&s);
}

static void points_have_seeds_of_their_own_and_are_compared_alone(void **state)
{
    fixture s;
    fixture_begin_text(&s, STUDY("[32, 64, 128]"));
    for (size_t arm = 0; arm < 3; arm++) tune(&s, arm, 1);
    fl_study *study = carried(&s, (fl_plan_carried){ .from = 32, .to = 64, .seeds = 10 });
    assert_string_equal(study->name, "batches-carry-32-to-64");
    assert_int_equal(study->trials, 10);
    assert_false(study->feasible);
    assert_true(study->claims.declared && study->claims.time_to_target);
    assert_int_equal(study->claims.k, 1);
    assert_int_equal(study->claims.n_pairs, 2);
    assert_int_equal(study->arms[0].base.batch_size, 64);
    for (uint64_t i = 0; i < 10; i++)
        for (uint64_t j = 0; j < 4; j++) {
            fl_trial fresh = fl_study_trial(study, &study->arms[0], i, 0),
                     searched = fl_study_trial(s.study, &s.study->arms[1], j, 0);
            assert_int_not_equal(fresh.seed, searched.seed);
            fl_trial_free(&fresh);
            fl_trial_free(&searched);
        }
    fl_study_free(study);
    fixture_end(&s);
}

static void assert_not_carried(fixture *s, fl_plan_carried asked, const char *part)
{
    fl_error error;
    assert_null(fl_plan_carry(read_fixture(s), asked, &error));
    assert_contains(error.text, part);
}

static void what_is_not_tuned_at_both_is_refused(void **state)
{
    fixture s;
    fixture_begin_text(&s, STUDY("[32, 128]"));
    tune(&s, 0, 1);
    assert_not_carried(&s, (fl_plan_carried){ .seeds = 5 }, "arm 'sgd batch_size=128' is not tuned");
    assert_not_carried(&s, (fl_plan_carried){ .from = 48, .seeds = 5 }, "has no batch size 48");
    assert_not_carried(&s, (fl_plan_carried){ .to = 32, .seeds = 5 }, "not from 32 to itself");
    fixture_end(&s);
}

static void of_several_methods_none_is_carried(void **state)
{
    fixture s;
    fixture_begin_text(&s, STUDY("[32, 128], \"parallel\": [{\"method\": \"synchronous\", \"workers\": 1}, "
                                 "{\"method\": \"synchronous\", \"workers\": 2}]"));
    for (size_t arm = 0; arm < 4; arm++) tune(&s, arm, 1);
    assert_not_carried(&s, (fl_plan_carried){ .seeds = 5 }, "precisions or parallel methods");
    fixture_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_carries_the_rate_tuned_at_the_smaller_batch),
        cmocka_unit_test(points_have_seeds_of_their_own_and_are_compared_alone),
        cmocka_unit_test(what_is_not_tuned_at_both_is_refused),
        cmocka_unit_test(of_several_methods_none_is_carried),
    };
    return test_run(tests, NULL, NULL);
}
