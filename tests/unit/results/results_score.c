/* What selection sees of an arm's trials: medians over repeats, ties, and never the test set. */
#include "support/fixtures.h"

#define REPEATS(n) "\"seeds\": {\"repeats\": " #n "},"

static fl_results_score *scores_of(fixture *s, size_t *n)
{
    const fl_results *results = read_fixture(s);
    return fl_results_scores(results, &results->arms[0], n);
}

static const fl_results_score *best_of(const fl_results_score *scores, size_t n, uint64_t index)
{
    const fl_results_score *best = fl_results_best_score(scores, n);
    assert_non_null(best);
    assert_int_equal(index, best->index);
    return best;
}

static void the_lowest_validation_error_is_selected_whatever_its_test_error(void **state)
{
    fixture s;
    size_t n;
    fixture_begin(&s, BUDGET(3), SGD("sgd"));
    add_trial(&s, 0, 0, 0, (synthetic){ .val_error = 0.3, .test_error = 0.01 });
    add_trial(&s, 0, 1, 0, (synthetic){ .val_error = 0.1, .test_error = 0.4 });
    add_trial(&s, 0, 2, 0, (synthetic){ .val_error = 0.2, .test_error = 0.02 });
    fl_results_score *scores = scores_of(&s, &n);
    assert_int_equal(3, n);
    const fl_results_score *best = best_of(scores, n, 1);
    assert_close(best->figures.val_error, 0.1, 0);
    assert_close(best->figures.test_error, 0.4, 0);
    free(scores);
    fixture_end(&s);
}

static void a_tie_goes_to_the_lower_validation_loss(void **state)
{
    fixture s;
    size_t n;
    fixture_begin(&s, BUDGET(3), SGD("sgd"));
    add_trial(&s, 0, 0, 0, (synthetic){ .val_error = 0.1, .val_loss = 0.5 });
    add_trial(&s, 0, 1, 0, (synthetic){ .val_error = 0.1, .val_loss = 0.3 });
    add_trial(&s, 0, 2, 0, (synthetic){ .val_error = 0.1, .val_loss = 0.4 });
    fl_results_score *scores = scores_of(&s, &n);
    best_of(scores, n, 1);
    free(scores);
    fixture_end(&s);
}

static void a_full_tie_goes_to_the_lower_index_whichever_finished_first(void **state)
{
    fixture s;
    size_t n;
    fixture_begin(&s, BUDGET(3), SGD("sgd"));
    for (uint64_t i = 3; i-- > 0;) add_trial(&s, 0, i, 0, (synthetic){ .val_error = 0.1, .val_loss = 0.5 });
    fl_results_score *scores = scores_of(&s, &n);
    best_of(scores, n, 0);
    free(scores);
    fixture_end(&s);
}

/* Medians: trial 0 of {.1, .5, .6} is .5; trial 1 of {.4, .45, .3} is .4, and its repeat 0 stands for it. */
static void the_score_is_the_median_over_the_repeats(void **state)
{
    fixture s;
    size_t n;
    const double errors[2][3] = { { 0.1, 0.5, 0.6 }, { 0.4, 0.45, 0.3 } };
    fixture_begin(&s, BUDGET(2) REPEATS(3), SGD("sgd"));
    for (uint64_t i = 0; i < 2; i++)
        for (uint64_t r = 0; r < 3; r++)
            add_trial(&s, 0, i, r, (synthetic){ .val_error = errors[i][r], .test_error = errors[i][r] + 0.01 });
    fl_results_score *scores = scores_of(&s, &n);
    assert_int_equal(2, n);
    assert_close(scores[0].figures.score, 0.5, 0);
    const fl_results_score *best = best_of(scores, n, 1);
    assert_close(best->figures.score, 0.4, 0);
    assert_close(best->figures.test_error, 0.41, 1e-15);
    assert_int_equal(0, best->record->slot.repeat);
    free(scores);
    fixture_end(&s);
}

/* Of {.1, .4, .2, .6} the middle ones are .2 and .4, of repeats 2 and 1: .3, and the mean of their test errors; of the
 * steps {20, 40, never, 30} 30 and 40. */
static void of_an_even_number_of_repeats_the_middle_two_are_averaged(void **state)
{
    fixture s;
    size_t n;
    const double errors[] = { 0.1, 0.4, 0.2, 0.6 }, tests[] = { 0.9, 0.5, 0.1, 0.9 };
    const size_t reached[] = { 20, 40, 0, 30 };
    fixture_begin(&s, BUDGET(1) REPEATS(4) "\"target\": {\"metric\": \"val_error\", \"value\": 0.05},", SGD("sgd"));
    for (uint64_t r = 0; r < 4; r++)
        add_trial(&s, 0, 0, r, (synthetic){ .val_error = errors[r], .test_error = tests[r], .reached = reached[r] });
    fl_results_score *scores = scores_of(&s, &n);
    assert_close(scores[0].figures.score, 0.3, 1e-15);
    assert_close(scores[0].figures.test_error, 0.3, 1e-15);
    assert_int_equal(2, scores[0].record->slot.repeat);
    assert_close(scores[0].figures.steps_to_target, 35, 0);
    free(scores);
    fixture_end(&s);
}

/* Whichever repeat diverges, and whether or not the others are there. */
static void a_trial_is_feasible_when_all_its_repeats_are(void **state)
{
    fixture s;
    size_t n;
    fixture_begin(&s, BUDGET(3) REPEATS(3), SGD("sgd"));
    for (uint64_t i = 0; i < 3; i++)
        for (uint64_t r = 0; r < 3; r++)
            add_trial(&s, 0, i, r,
                      i == r ? (synthetic){ .status = FL_OUTCOME_INFEASIBLE } : (synthetic){ .val_error = 0.2 });
    fl_results_score *scores = scores_of(&s, &n);
    assert_int_equal(3, n);
    for (size_t i = 0; i < n; i++)
        assert_true(!scores[i].feasible && isinf(scores[i].figures.score) && isinf(scores[i].figures.test_error));
    assert_null(fl_results_best_score(scores, n));
    free(scores);
    fixture_end(&s);
}

/* Of a trial that may yet turn out either way nothing is known. */
static void a_trial_without_all_its_repeats_has_no_score(void **state)
{
    fixture s;
    size_t n;
    fixture_begin(&s, BUDGET(3) REPEATS(2), SGD("sgd"));
    add_trial(&s, 0, 0, 0, (synthetic){ .val_error = 0.1 });
    add_trial(&s, 0, 1, 0, (synthetic){ .val_error = 0.1 });
    add_trial(&s, 0, 1, 1, (synthetic){ .status = FL_OUTCOME_FAILED });
    add_trial(&s, 0, 2, 1, (synthetic){ .status = FL_OUTCOME_INFEASIBLE });
    fl_results_score *scores = scores_of(&s, &n);
    assert_int_equal(1, n);
    assert_int_equal(2, scores[0].index);
    assert_false(scores[0].feasible);
    free(scores);
    fixture_end(&s);
}

static void infeasible_trials_score_infinity_and_failed_ones_nothing(void **state)
{
    fixture s;
    size_t n;
    fixture_begin(&s, BUDGET(3), SGD("sgd"));
    add_trial(&s, 0, 0, 0, (synthetic){ .status = FL_OUTCOME_INFEASIBLE });
    add_trial(&s, 0, 1, 0, (synthetic){ .status = FL_OUTCOME_FAILED });
    add_trial(&s, 0, 2, 0, (synthetic){ .status = FL_OUTCOME_INFEASIBLE });
    fl_results_score *scores = scores_of(&s, &n);
    assert_int_equal(2, n);
    assert_int_equal(0, scores[0].index);
    assert_int_equal(2, scores[1].index);
    assert_true(isinf(scores[0].figures.score) && isinf(scores[0].figures.test_error));
    assert_null(fl_results_best_score(scores, n));
    free(scores);
    fixture_end(&s);
}

/* With select_at best, a trial is scored where its own validation was best: at 10 steps, where the error was 0. */
static void the_scored_point_is_the_last_or_the_best(void **state)
{
    fixture s;
    size_t n;
    fixture_begin(&s, BUDGET(1) "\"select_at\": \"best\",", SGD("sgd"));
    add_trial(&s, 0, 0, 0, (synthetic){ .val_error = 0.3, .test_error = 0.31, .reached = 10 });
    fl_results_score *scores = scores_of(&s, &n);
    assert_close(scores[0].figures.score, 0, 0);
    assert_close(scores[0].figures.test_error, 0, 0);
    free(scores);
    fixture_end(&s);
}

/* Selected by their best validation loss after the fact, trials without points have no figures: not their final ones.
 */
static void a_later_choice_finds_no_figures_without_points(void **state)
{
    fixture s;
    fl_error error;
    char path[FL_FILE_PATH_MAX];
    fixture_begin(&s, BUDGET(1) "\"select_at\": \"best\",", SGD("sgd"));
    add_trial(&s, 0, 0, 0, (synthetic){ .val_error = 0.3, .test_error = 0.31, .reached = 10 });
    fl_store_close(s.store);
    s.store = NULL;
    fl_results *results = fl_results_read_as(s.folder, &(fl_study_overrides){ .select = "val_loss" }, &error);
    assert_non_null(results);
    assert_close(results->records[0].figures.score, 0, 0);
    assert_int_equal(0, results->n_without_points);
    fl_results_free(results);
    fl_file_path_join(path, s.folder, "points.jsonl");
    assert_int_equal(0, remove(path));
    results = fl_results_read_as(s.folder, &(fl_study_overrides){ .select = "val_loss" }, &error);
    assert_non_null(results);
    assert_true(isinf(results->records[0].figures.score));
    assert_int_equal(1, results->n_without_points);
    fl_results_free(results);
    fixture_end(&s);
}

/* The last weights are best at 10 steps, the averaged ones at 20, by their losses and by their errors. */
static void add_averaged_trial(const fixture *s)
{
    const double last[] = { 0.1, 0.2, 0.3 }, averaged[] = { 0.9, 0.4, 0.5 };
    fl_error error;
    fl_record_slot slot = { 0 };
    fl_trial trial = fl_study_trial(s->study, &s->study->arms[0], 0, 0);
    fl_outcome outcome = synthetic_outcome(&trial, &(synthetic){ .stopped_at = 30 });
    for (size_t i = 0; i < 3; i++) {
        outcome.points[i] = synthetic_point(10 * (i + 1), last[i], last[i] + 0.01, last[i]);
        outcome.points[i].has_averaged = true;
        for (size_t m = 0; m < FL_TRIAL_METRICS; m++) outcome.points[i].averaged[m] = averaged[i];
    }
    if (!fl_store_add(s->store, &slot, &trial, &outcome, "0000000000000001", &error)) fail_msg("%s", error.text);
    fl_outcome_free(&outcome);
    fl_trial_free(&trial);
}

static void a_later_choice_scores_the_averaged_weights_where_the_study_does(void **state)
{
    fixture s;
    fl_error error;
    fixture_begin(&s, BUDGET(1) "\"select_at\": \"best\", \"average\": \"ema\", \"select_of\": \"averaged\",",
                  SGD("sgd"));
    add_averaged_trial(&s);
    fl_store_close(s.store);
    s.store = NULL;
    const fl_study_overrides later = { .select = "val_loss", .target = "val_error", .target_value = 0.45 };
    fl_results *results = fl_results_read_as(s.folder, &later, &error);
    assert_non_null(results);
    assert_close(results->records[0].figures.score, 0.4, 0);
    assert_close(results->records[0].figures.test_error, 0.4, 0);
    assert_close(results->records[0].figures.steps_to_target, 20, 0);
    fl_results_free(results);
    fixture_end(&s);
}

static void the_loss_can_be_selected_by_as_well(void **state)
{
    fixture s;
    size_t n;
    fixture_begin(&s, BUDGET(2) "\"select\": \"val_loss\",", SGD("sgd"));
    add_trial(&s, 0, 0, 0, (synthetic){ .val_error = 0.1, .val_loss = 0.9 });
    add_trial(&s, 0, 1, 0, (synthetic){ .val_error = 0.2, .val_loss = 0.7 });
    fl_results_score *scores = scores_of(&s, &n);
    assert_close(best_of(scores, n, 1)->figures.val_error, 0.2, 0);
    free(scores);
    fixture_end(&s);
}

/* Steps of {20, never, 40}: 40 in the middle. */
static void steps_to_target_are_the_median_over_the_repeats(void **state)
{
    fixture s;
    size_t n;
    const size_t reached[] = { 20, 0, 40 };
    fixture_begin(&s, BUDGET(1) REPEATS(3) "\"target\": {\"metric\": \"val_error\", \"value\": 0.15},", SGD("sgd"));
    for (uint64_t r = 0; r < 3; r++) add_trial(&s, 0, 0, r, (synthetic){ .val_error = 0.2, .reached = reached[r] });
    fl_results_score *scores = scores_of(&s, &n);
    assert_close(scores[0].figures.steps_to_target, 40, 0);
    free(scores);
    fixture_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lowest_validation_error_is_selected_whatever_its_test_error),
        cmocka_unit_test(a_tie_goes_to_the_lower_validation_loss),
        cmocka_unit_test(a_full_tie_goes_to_the_lower_index_whichever_finished_first),
        cmocka_unit_test(the_score_is_the_median_over_the_repeats),
        cmocka_unit_test(of_an_even_number_of_repeats_the_middle_two_are_averaged),
        cmocka_unit_test(a_trial_is_feasible_when_all_its_repeats_are),
        cmocka_unit_test(a_trial_without_all_its_repeats_has_no_score),
        cmocka_unit_test(infeasible_trials_score_infinity_and_failed_ones_nothing),
        cmocka_unit_test(the_scored_point_is_the_last_or_the_best),
        cmocka_unit_test(a_later_choice_finds_no_figures_without_points),
        cmocka_unit_test(a_later_choice_scores_the_averaged_weights_where_the_study_does),
        cmocka_unit_test(the_loss_can_be_selected_by_as_well),
        cmocka_unit_test(steps_to_target_are_the_median_over_the_repeats),
    };
    return test_run(tests, NULL, NULL);
}
