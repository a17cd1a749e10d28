/* Narrowing by rule: where the axes go, what stays, and what is refused afterwards. */
#include "plan/narrow.h"
#include "summary/summary.h"
#include "support/fixtures.h"

#include <math.h>

/* A rate that is log-uniform on [1e-3, 10] and a decay fraction that is uniform on [.5, 1]. */
#define ARM(name)                                                                                                      \
    "{\"arm\": \"" name                                                                                                \
    "\", \"optimizer\": \"sgd\", \"schedule\": \"linear\", \"space\": {\"learning_rate\": {\"min\": 1e-3, \"max\": "   \
    "10.0, \"scaling\": \"log\"}, \"schedule.end_factor\": {\"feasible_points\": [1e-3, 0.01, 0.1]}}}"

static double rate_of(const fixture *s, size_t arm, uint64_t index)
{
    fl_trial trial = fl_study_trial(s->study, &s->study->arms[arm], index, 0);
    size_t rate = fl_hyper_index(trial.owners.optimizer->hypers, trial.owners.optimizer->n_hypers, "learning_rate");
    double value = trial.values.of[FL_TRIAL_OF_OPTIMIZER][rate];
    fl_trial_free(&trial);
    return value;
}

/* Trials whose error is their distance, in decades, from `best`; those above `diverges` have none. */
static void search(const fixture *s, size_t arm, size_t n, double best, double diverges)
{
    for (uint64_t i = 0; i < n; i++) {
        double rate = rate_of(s, arm, i), error = 0.1 * fabs(log10(rate / best));
        bool fine = rate < diverges;
        add_trial(s, arm, i, 0,
                  (synthetic){ .status = fine ? FL_OUTCOME_COMPLETE : FL_OUTCOME_INFEASIBLE,
                               .reason = fine ? NULL : "diverged",
                               .val_error = error,
                               .test_error = error });
    }
}

static json_t *axis(const json_t *study, size_t arm, const char *name)
{
    json_t *space = json_object_get(json_array_get(json_object_get(study, "arms"), arm), "space");
    return json_object_get(space, name);
}

static double bound(const json_t *study, size_t arm, const char *end)
{
    return json_number_value(json_object_get(axis(study, arm, "learning_rate"), end));
}

static json_t *narrowed(fixture *s)
{
    fl_error error;
    json_t *study = fl_plan_narrow(read_fixture(s), &error);
    if (!study) fail_msg("%s", error.text);
    return study;
}

static fl_study *reload(const json_t *study, fl_error *error)
{
    char *text = json_dumps(study, JSON_REAL_PRECISION(17));
    fl_study *loaded = fl_study_load_text("narrow.json", text, NULL, error);
    free(text);
    return loaded;
}

/* Of 40 trials the best 10 lie nearest to .1, half a decade to either side; a quarter of that decade more at each end.
 */
static void a_space_closes_in_on_its_best_quarter(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(40), ARM("a"));
    search(&s, 0, 40, 0.1, HUGE_VAL);
    json_t *study = narrowed(&s);
    double low = 1, high = 0, furthest = 0;
    for (uint64_t i = 0; i < 40; i++) { /* the ten nearest to .1 by their own count */
        double here = fabs(log10(rate_of(&s, 0, i) / 0.1));
        size_t nearer = 0;
        for (uint64_t j = 0; j < 40; j++) nearer += fabs(log10(rate_of(&s, 0, j) / 0.1)) < here;
        if (nearer >= 10) continue;
        low = fmin(low, rate_of(&s, 0, i));
        high = fmax(high, rate_of(&s, 0, i));
        furthest = fmax(furthest, here);
    }
    assert_true(furthest < 1);
    double way = 0.25 * log10(high / low);
    assert_close(log10(bound(study, 0, "min")), log10(low) - way, 2e-3); /* bounds have three digits */
    assert_close(log10(bound(study, 0, "max")), log10(high) + way, 2e-3);
    json_decref(study);
    fixture_end(&s);
}

/* Where the best trials crowd the upper end the axis goes beyond it; the lower end stays within the wide space. */
static void a_crowded_end_is_widened(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(40), ARM("a"));
    search(&s, 0, 40, 10, HUGE_VAL);
    json_t *study = narrowed(&s);
    assert_true(bound(study, 0, "max") > 10);
    assert_true(bound(study, 0, "max") < 50);
    assert_true(bound(study, 0, "min") > 0.1);
    json_decref(study);
    fixture_end(&s);
}

/* Of 45 trials the best tenth are five: the two best lie inside, the other three in the outer tenth of the axis. What
 * the summary calls cut off is widened here, and nothing else. */
static void the_edge_rule_is_the_summarys(void **state)
{
    for (size_t n_outside = 2; n_outside <= 3; n_outside++) {
        fixture s;
        fixture_begin(&s, BUDGET(45), ARM("a"));
        size_t inside = 5 - n_outside, outside = n_outside;
        for (uint64_t i = 0; i < 45; i++) {
            double decades = log10(rate_of(&s, 0, i)), error = 0.5; /* from -3 to 1 */
            if (decades > 0.6 && outside)
                error = 0.2 - 0.01 * (double)outside--;
            else if (decades > 0 && decades < 0.6 && inside)
                error = 0.1 - 0.01 * (double)inside--;
            add_trial(&s, 0, i, 0, (synthetic){ .val_error = error, .test_error = error });
        }
        json_t *study = narrowed(&s);
        fl_summary *summary = fl_summary_make(s.results);
        assert_int_equal(summary->arms[0].n_cut_offs, n_outside == 3);
        assert_int_equal(bound(study, 0, "max") > 10, n_outside == 3);
        fl_summary_free(summary);
        json_decref(study);
        fixture_end(&s);
    }
}

/* The best lie near the end without crowding it: the wide space's own end holds. */
static void an_end_that_is_not_crowded_holds(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(40), ARM("a"));
    search(&s, 0, 40, 2.5, HUGE_VAL);
    json_t *study = narrowed(&s);
    assert_close(bound(study, 0, "max"), 10, 0);
    json_decref(study);
    fixture_end(&s);
}

static void an_arm_with_few_feasible_trials_stays_wide(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(20), ARM("a") "," ARM("b"));
    search(&s, 0, 20, 0.1, HUGE_VAL);
    search(&s, 1, 20, 0.1, 2e-3); /* all but a few diverge */
    json_t *study = narrowed(&s);
    assert_true(bound(study, 0, "max") < 10);
    assert_close(bound(study, 1, "min"), 1e-3, 0);
    assert_close(bound(study, 1, "max"), 10, 0);
    json_decref(study);
    fixture_end(&s);
}

static void wide_trials_cannot_be_trials_of_the_narrow_study(void **state)
{
    fixture s;
    fl_error error;
    fixture_begin(&s, BUDGET(20), ARM("a"));
    search(&s, 0, 20, 0.1, HUGE_VAL);
    json_t *study = narrowed(&s);
    fl_study *narrow = reload(study, &error);
    if (!narrow) fail_msg("%s", error.text);
    assert_string_equal(narrow->name, "synthetic-narrow");
    assert_int_not_equal(narrow->first_seed, s.study->first_seed);
    assert_int_not_equal(narrow->search_seed, s.study->search_seed);
    assert_non_null(narrow->narrowed_from);
    for (uint64_t i = 0; i < 20; i++)
        for (uint64_t j = 0; j < 20; j++) {
            fl_trial a = fl_study_trial(s.study, &s.study->arms[0], i, 0),
                     b = fl_study_trial(narrow, &narrow->arms[0], j, 0);
            assert_int_not_equal(a.seed, b.seed);
            fl_trial_free(&a);
            fl_trial_free(&b);
        }
    fl_study_free(narrow);
    json_object_set_new(json_object_get(study, "seeds"), "first", json_integer(1));
    assert_null(reload(study, &error));
    assert_contains(error.text, "seeds.first is 1, as in the wide study whose trials chose these axes");
    json_decref(study);
    fixture_end(&s);
}

static void edited_axes_are_refused_as_narrowed_by_hand(void **state)
{
    fixture s;
    fl_error error;
    fixture_begin(&s, BUDGET(20), ARM("a"));
    search(&s, 0, 20, 0.1, HUGE_VAL);
    json_t *study = narrowed(&s);
    json_object_set_new(json_object_get(study, "budget"), "trials", json_integer(30)); /* a larger budget is fine */
    fl_study *narrow = reload(study, &error);
    assert_non_null(narrow);
    fl_study_free(narrow);
    json_object_set_new(axis(study, 0, "learning_rate"), "max", json_real(0.2));
    assert_null(reload(study, &error));
    assert_contains(error.text, "narrowed by hand");
    json_decref(study);
    fixture_end(&s);
}

static void the_origin_tells_the_records_and_their_cost(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(20), ARM("a"));
    search(&s, 0, 20, 0.1, HUGE_VAL);
    json_t *first = narrowed(&s), *again = narrowed(&s), *from = json_object_get(first, "narrowed_from");
    assert_true(json_equal(first, again));
    json_t *cost = json_object_get(json_object_get(from, "costs"), "a");
    assert_int_equal(json_integer_value(json_object_get(cost, "runs")), 20);
    assert_close(json_number_value(json_object_get(cost, "steps")), 2000, 0);                /* 20 times 100 */
    assert_close(json_number_value(json_object_get(cost, "core_hours")), 40.0 / 3600, 1e-5); /* 2 seconds each */
    fl_store_close(s.store);
    s.store = open_store(&s, whole);
    add_trial(&s, 0, 3, 0, (synthetic){ .val_error = 0.5, .test_error = 0.5 }); /* another outcome, another hash */
    json_t *other = narrowed(&s);
    assert_false(
        json_equal(json_object_get(from, "hash"), json_object_get(json_object_get(other, "narrowed_from"), "hash")));
    json_decref(first);
    json_decref(again);
    json_decref(other);
    fixture_end(&s);
}

static void an_empty_folder_narrows_nothing(void **state)
{
    fixture s;
    fl_error error;
    fixture_begin(&s, BUDGET(20), ARM("a"));
    assert_null(fl_plan_narrow(read_fixture(&s), &error));
    assert_contains(error.text, "has no trial to narrow its spaces by");
    fixture_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_space_closes_in_on_its_best_quarter),
        cmocka_unit_test(a_crowded_end_is_widened),
        cmocka_unit_test(an_end_that_is_not_crowded_holds),
        cmocka_unit_test(the_edge_rule_is_the_summarys),
        cmocka_unit_test(an_arm_with_few_feasible_trials_stays_wide),
        cmocka_unit_test(wide_trials_cannot_be_trials_of_the_narrow_study),
        cmocka_unit_test(edited_axes_are_refused_as_narrowed_by_hand),
        cmocka_unit_test(the_origin_tells_the_records_and_their_cost),
        cmocka_unit_test(an_empty_folder_narrows_nothing),
    };
    return test_run(tests, NULL, NULL);
}
