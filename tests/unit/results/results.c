/* The readers' side of a result folder: which lines count, and which trials are an arm's. */
#include "results/files.h"
#include "support/dies.h"
#include "support/fixtures.h"

#define TWO_ARMS SGD("a") "," SGD("b")

static const synthetic infeasible = { .status = FL_OUTCOME_INFEASIBLE, .reason = "not finite at step 7" };
static const synthetic failed = { .status = FL_OUTCOME_FAILED, .reason = "killed by signal 9 (Killed)" };

static synthetic good(double val_error)
{
    return (synthetic){ .val_error = val_error, .test_error = val_error + 0.01 };
}

/* --- lines --- */

static void the_last_line_of_a_slot_counts(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(2), SGD("sgd"));
    add_trial(&s, 0, 0, 0, failed);
    add_trial(&s, 0, 1, 0, good(0.2));
    add_trial(&s, 0, 0, 0, good(0.3));
    const fl_results *results = read_fixture(&s);
    assert_int_equal(2, results->n_records);
    assert_int_equal(FL_OUTCOME_COMPLETE, results->records[0].status);
    assert_close(results->records[0].figures.val_error, 0.3, 0);
    assert_int_equal(0, results->arms[0].n_failed);
    fixture_end(&s);
}

static void records_come_in_the_order_of_their_slots(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(3) "\"seeds\": {\"repeats\": 2},", TWO_ARMS);
    const fl_record_slot written[] = { { 1, 2, 0 }, { 0, 1, 1 }, { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 0 } };
    const fl_record_slot sorted[] = { { 0, 0, 0 }, { 0, 1, 0 }, { 0, 1, 1 }, { 1, 0, 0 }, { 1, 2, 0 } };
    for (size_t i = 0; i < 5; i++) add_trial(&s, written[i].arm, written[i].index, written[i].repeat, good(0.1));
    const fl_results *results = read_fixture(&s);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(sorted[i].arm, results->records[i].slot.arm);
        assert_int_equal(sorted[i].index, results->records[i].slot.index);
        assert_int_equal(sorted[i].repeat, results->records[i].slot.repeat);
    }
    fixture_end(&s);
}

static void a_damaged_line_is_skipped_and_named(void **state)
{
    fixture s;
    const double errors[] = { 0.3, 0.2, 0.1 };
    fixture_begin(&s, BUDGET(3), SGD("sgd"));
    add_errors(&s, 0, errors, 3);
    bytes b = take_file(&s, "trials.jsonl");
    b.text[line_start(&b, 2) + 30] ^= 4;
    give_file(&s, "trials.jsonl", b.text, b.n);
    free(b.text);
    const fl_results *results = read_fixture(&s);
    assert_int_equal(2, results->n_records);
    assert_int_equal(1, results->n_damage);
    assert_contains(results->damage[0].where, "/trials.jsonl:2");
    assert_string_equal("does not match its check", results->damage[0].what);
    assert_false(results->arms[0].filled);
    fixture_end(&s);
}

static void a_torn_last_line_is_named_and_the_rest_is_read(void **state)
{
    fixture s;
    const double errors[] = { 0.3, 0.2 };
    fixture_begin(&s, BUDGET(2), SGD("sgd"));
    add_errors(&s, 0, errors, 2);
    bytes b = take_file(&s, "trials.jsonl");
    give_file(&s, "trials.jsonl", b.text, b.n - 5);
    free(b.text);
    const fl_results *results = read_fixture(&s);
    assert_int_equal(1, results->n_records);
    assert_int_equal(1, results->n_damage);
    assert_contains(results->damage[0].where, "/trials.jsonl:2");
    assert_string_equal("is torn off", results->damage[0].what);
    fixture_end(&s);
}

static void a_line_of_another_study_is_named(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(2), SGD("sgd"));
    add_trial(&s, 0, 0, 0, good(0.1));
    fl_study *other = synthetic_study(BUDGET(2), SGD("other"));
    fl_study_free(s.study);
    s.study = other;
    fl_store_close(s.store);
    s.store = NULL;
    char *text = json_dumps(other->resolved, JSON_REAL_PRECISION(17));
    give_file(&s, "study.json", text, strlen(text));
    free(text);
    const fl_results *results = read_fixture(&s);
    assert_int_equal(0, results->n_records);
    assert_string_equal("is no trial of this study", results->damage[0].what);
    fixture_end(&s);
}

static void points_without_a_record_are_ignored(void **state)
{
    fixture s;
    size_t n;
    fixture_begin(&s, BUDGET(2), SGD("sgd"));
    add_trial(&s, 0, 0, 0, good(0.1));
    add_trial(&s, 0, 1, 0, good(0.2));
    bytes b = take_file(&s, "trials.jsonl");
    give_file(&s, "trials.jsonl", b.text, line_start(&b, 2));
    free(b.text);
    const fl_results *results = read_fixture(&s);
    assert_int_equal(1, results->n_records);
    assert_int_equal(0, results->n_damage);
    free(fl_results_points(results, results->records[0].trial, &n));
    assert_int_equal(10, n);
    fixture_end(&s);
}

static fl_results_files *gone;

static void read_two_lines(void)
{
    size_t n;
    fl_results_files_line(gone, 0, &n);
    fl_results_files_next(gone, &n);
}

static void lines_that_have_gone_do_not_look_as_if_there_were_none(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(2), SGD("sgd"));
    add_trial(&s, 0, 0, 0, good(0.1));
    gone = fl_results_files_open(s.folder, "points", "jsonl", NULL);
    free(take_file(&s, "points.jsonl").text);
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, s.folder, "points.jsonl");
    unlink(path);
    assert_gives_up(read_two_lines, "points.jsonl: can no longer be read: No such file or directory");
    fl_results_files_free(gone);
    fixture_end(&s);
}

static void a_trial_lacks_points_that_were_damaged(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(3), SGD("sgd"));
    add_trial(&s, 0, 0, 0, good(0.1));
    add_trial(&s, 0, 1, 0, good(0.2));
    add_trial(&s, 0, 2, 0, infeasible);
    bytes b = take_file(&s, "points.jsonl");
    b.text[line_start(&b, 13) + 30] ^= 4; /* the third of the second trial's ten */
    give_file(&s, "points.jsonl", b.text, b.n);
    free(b.text);
    const fl_results *results = read_fixture(&s);
    assert_false(fl_results_lacks_points(results, &results->records[0]));
    assert_true(fl_results_lacks_points(results, &results->records[1]));
    assert_false(fl_results_lacks_points(results, &results->records[2]));
    fixture_end(&s);
}

static double last_error(const fl_results *results, size_t record)
{
    size_t n;
    fl_trial_point *points = fl_results_points(results, results->records[record].trial, &n);
    assert_int_equal(10, n);
    double error = points[9].of[FL_TRIAL_VAL_ERROR];
    free(points);
    return error;
}

/* Retried trials leave two runs of points; where a line of the second is damaged, that of the first counts. */
static void of_a_trials_points_the_last_good_ones_count(void **state)
{
    fixture s;
    fl_error error;
    fixture_begin(&s, BUDGET(2), SGD("sgd"));
    add_trial(&s, 0, 0, 0, good(0.3));
    add_trial(&s, 0, 1, 0, good(0.4));
    add_trial(&s, 0, 0, 0, good(0.1));
    add_trial(&s, 0, 1, 0, good(0.2));
    bytes b = take_file(&s, "points.jsonl");
    b.text[line_start(&b, 30) + 40] ^= 1; /* the last of trial 0 */
    give_file(&s, "points.jsonl", b.text, b.n);
    free(b.text);
    fl_results *results = read_fixture(&s);
    assert_close(last_error(results, 0), 0.3, 0);
    assert_close(last_error(results, 1), 0.2, 0);
    assert_int_equal(0, results->n_damage); /* nobody has read them all yet */
    assert_true(fl_results_check_points(results, &error));
    assert_int_equal(1, results->n_damage);
    assert_contains(results->damage[0].where, "/points.jsonl:30");
    fixture_end(&s);
}

static void a_folder_without_a_study_is_no_result_folder(void **state)
{
    fl_error error;
    assert_null(fl_results_read("/", &error));
    assert_int_equal(FL_ERROR_USER, error.fault);
    assert_contains(error.text, "not a result folder");
}

/* --- which trials are an arm's --- */

static void all_outcomes_use_up_a_plain_budget(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(4), SGD("sgd"));
    add_trial(&s, 0, 0, 0, good(0.1));
    add_trial(&s, 0, 1, 0, infeasible);
    add_trial(&s, 0, 2, 0, infeasible);
    const fl_results_arm *arm = read_fixture(&s)->arms;
    assert_false(arm->filled);
    add_trial(&s, 0, 3, 0, good(0.2));
    arm = read_fixture(&s)->arms;
    assert_true(arm->filled);
    assert_int_equal(4, arm->n_trials);
    assert_int_equal(2, arm->n_complete);
    assert_int_equal(2, arm->n_infeasible);
    fixture_end(&s);
}

static void a_failed_trial_leaves_its_place_open(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(2), SGD("sgd"));
    add_trial(&s, 0, 0, 0, good(0.1));
    add_trial(&s, 0, 1, 0, failed);
    const fl_results_arm *arm = read_fixture(&s)->arms;
    assert_false(arm->filled);
    assert_int_equal(1, arm->n_failed);
    fixture_end(&s);
}

/* A score is the median over the repeats, so a trial without all of them has none yet. */
static void every_repeat_belongs_to_the_budget(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(2) "\"seeds\": {\"repeats\": 2},", SGD("sgd"));
    add_trial(&s, 0, 0, 0, good(0.1));
    add_trial(&s, 0, 0, 1, good(0.2));
    add_trial(&s, 0, 1, 0, good(0.3));
    assert_false(read_fixture(&s)->arms[0].filled);
    add_trial(&s, 0, 1, 1, failed);
    assert_false(read_fixture(&s)->arms[0].filled);
    add_trial(&s, 0, 1, 1, good(0.2));
    assert_true(read_fixture(&s)->arms[0].filled);
    fixture_end(&s);
}

/* Trial 0 has one infeasible repeat, so the budget's two feasible trials are 1 and 2; and trials are counted, not
 * repeats. */
static void a_trial_with_an_infeasible_repeat_fills_no_feasible_budget(void **state)
{
    for (uint64_t bad = 0; bad < 2; bad++) {
        fixture s;
        fixture_begin(&s, FEASIBLE(2) "\"seeds\": {\"repeats\": 2},", SGD("sgd"));
        for (uint64_t i = 0; i < 2; i++)
            for (uint64_t r = 0; r < 2; r++) add_trial(&s, 0, i, r, i == 0 && r == bad ? infeasible : good(0.1));
        assert_false(read_fixture(&s)->arms[0].filled);
        for (uint64_t r = 0; r < 2; r++) add_trial(&s, 0, 2, r, good(0.2));
        const fl_results_arm *arm = read_fixture(&s)->arms;
        assert_true(arm->filled);
        assert_int_equal(3, arm->n_trials);
        assert_int_equal(3, arm->n_run);
        assert_int_equal(2, arm->n_complete);
        assert_int_equal(1, arm->n_infeasible);
        fixture_end(&s);
    }
}

/* Damage may leave a hole below trials that are there. */
static void a_hole_leaves_a_feasible_budget_open(void **state)
{
    fixture s;
    fixture_begin(&s, FEASIBLE(2), SGD("sgd"));
    add_trial(&s, 0, 1, 0, good(0.3));
    add_trial(&s, 0, 2, 0, good(0.2));
    assert_false(read_fixture(&s)->arms[0].filled);
    add_trial(&s, 0, 0, 0, infeasible);
    assert_true(read_fixture(&s)->arms[0].filled);
    fixture_end(&s);
}

/* n is the smallest number such that indices 0..n-1 hold `trials` feasible ones. */
static void infeasible_trials_lengthen_a_feasible_budget(void **state)
{
    fixture s;
    fixture_begin(&s, FEASIBLE(2), SGD("sgd"));
    add_trial(&s, 0, 0, 0, infeasible);
    add_trial(&s, 0, 1, 0, good(0.3));
    add_trial(&s, 0, 2, 0, infeasible);
    add_trial(&s, 0, 3, 0, good(0.2));
    const fl_results_arm *arm = read_fixture(&s)->arms;
    assert_true(arm->filled);
    assert_int_equal(4, arm->n_trials);
    assert_int_equal(4, arm->n_search);
    fixture_end(&s);
}

static void trials_beyond_a_feasible_budget_are_left_out(void **state)
{
    fixture s;
    fixture_begin(&s, FEASIBLE(2), SGD("sgd"));
    for (uint64_t i = 0; i < 5; i++) add_trial(&s, 0, i, 0, good(0.5 - 0.1 * (double)i));
    const fl_results *results = read_fixture(&s);
    assert_int_equal(2, results->arms[0].n_trials);
    assert_int_equal(2, results->arms[0].n_search);
    assert_int_equal(2, results->arms[0].n_complete);
    fixture_end(&s);
}

/* The cap is three times the trials by default. */
static void a_feasible_budget_that_hits_its_cap_is_not_filled(void **state)
{
    fixture s;
    fixture_begin(&s, FEASIBLE(2), SGD("sgd"));
    add_trial(&s, 0, 0, 0, good(0.3));
    for (uint64_t i = 1; i < 6; i++) add_trial(&s, 0, i, 0, infeasible);
    const fl_results_arm *arm = read_fixture(&s)->arms;
    assert_false(arm->filled);
    assert_int_equal(6, arm->n_trials);
    assert_int_equal(5, arm->n_infeasible);
    fixture_end(&s);
}

static void the_trials_needed_are_those_up_to_the_last_feasible_one_wanted(void **state)
{
    const bool feasible[] = { false, true, true, false, true };
    assert_int_equal(0, fl_results_trials_needed(feasible, 5, 0));
    assert_int_equal(2, fl_results_trials_needed(feasible, 5, 1));
    assert_int_equal(3, fl_results_trials_needed(feasible, 5, 2));
    assert_int_equal(5, fl_results_trials_needed(feasible, 5, 3));
    assert_int_equal(5, fl_results_trials_needed(feasible, 5, 4));
}

static void arms_keep_their_records_apart(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(2), TWO_ARMS);
    add_trial(&s, 1, 0, 0, good(0.1));
    add_trial(&s, 1, 1, 0, good(0.2));
    add_trial(&s, 0, 1, 0, good(0.3));
    const fl_results *results = read_fixture(&s);
    assert_int_equal(1, results->arms[0].n_search);
    assert_int_equal(2, results->arms[1].n_search);
    assert_true(results->arms[1].filled);
    fixture_end(&s);
}

/* --- reruns --- */

static void reruns_stand_beside_the_search(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(2) "\"seeds\": {\"rerun_best\": 2},", SGD("sgd"));
    add_trial(&s, 0, 0, 0, good(0.3));
    add_trial(&s, 0, 1, 0, good(0.2));
    add_trial(&s, 0, 1, FL_STUDY_RERUN_REPEAT, good(0.25));
    add_trial(&s, 0, 1, FL_STUDY_RERUN_REPEAT + 1, good(0.1));
    const fl_results_arm *arm = read_fixture(&s)->arms;
    assert_int_equal(2, arm->n_search);
    assert_int_equal(2, arm->n_reruns);
    assert_int_equal(FL_STUDY_RERUN_REPEAT, arm->reruns[0].slot.repeat);
    fixture_end(&s);
}

/* A budget that grew may select another trial; what was rerun of the old one says nothing of the new. */
static void reruns_of_a_trial_no_longer_selected_do_not_count(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(2) "\"seeds\": {\"rerun_best\": 1},", SGD("sgd"));
    add_trial(&s, 0, 0, 0, good(0.3));
    add_trial(&s, 0, 0, FL_STUDY_RERUN_REPEAT, good(0.3));
    assert_int_equal(1, read_fixture(&s)->arms[0].n_reruns);
    add_trial(&s, 0, 1, 0, good(0.2));
    assert_int_equal(0, read_fixture(&s)->arms[0].n_reruns);
    fixture_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_line_of_a_slot_counts),
        cmocka_unit_test(records_come_in_the_order_of_their_slots),
        cmocka_unit_test(a_damaged_line_is_skipped_and_named),
        cmocka_unit_test(a_torn_last_line_is_named_and_the_rest_is_read),
        cmocka_unit_test(a_line_of_another_study_is_named),
        cmocka_unit_test(points_without_a_record_are_ignored),
        cmocka_unit_test(a_trial_lacks_points_that_were_damaged),
        cmocka_unit_test(a_folder_without_a_study_is_no_result_folder),
        cmocka_unit_test(all_outcomes_use_up_a_plain_budget),
        cmocka_unit_test(a_failed_trial_leaves_its_place_open),
        cmocka_unit_test(lines_that_have_gone_do_not_look_as_if_there_were_none),
        cmocka_unit_test(every_repeat_belongs_to_the_budget),
        cmocka_unit_test(a_trial_with_an_infeasible_repeat_fills_no_feasible_budget),
        cmocka_unit_test(a_hole_leaves_a_feasible_budget_open),
        cmocka_unit_test(of_a_trials_points_the_last_good_ones_count),
        cmocka_unit_test(infeasible_trials_lengthen_a_feasible_budget),
        cmocka_unit_test(trials_beyond_a_feasible_budget_are_left_out),
        cmocka_unit_test(a_feasible_budget_that_hits_its_cap_is_not_filled),
        cmocka_unit_test(the_trials_needed_are_those_up_to_the_last_feasible_one_wanted),
        cmocka_unit_test(arms_keep_their_records_apart),
        cmocka_unit_test(reruns_stand_beside_the_search),
        cmocka_unit_test(reruns_of_a_trial_no_longer_selected_do_not_count),
    };
    return test_run(tests, NULL, NULL);
}
