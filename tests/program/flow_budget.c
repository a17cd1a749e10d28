/* How many trials a study is: feasible budgets, repeats, reruns of the best, products, larger budgets. */
#include "support/program.h"

/* SGD on curvatures up to 10 diverges from 2/10 on (workload_quadratic_noisy.c): over [0.01, 100] on a log axis about
 * two trials of three do. */
#define STUDY(name, budget, more)                                                                                      \
    "{ 'study': '" name                                                                                                \
    "', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 16, 'budget': " budget more                   \
    ", 'arms': [ { 'arm': 'wide', 'optimizer': 'sgd', 'space': { 'learning_rate': { 'min': 0.01, 'max': 100, "         \
    "'scaling': 'log' } } },"                                                                                          \
    "            { 'arm': 'narrow', 'optimizer': 'sgd', 'space': { 'learning_rate': { 'min': 0.01, 'max': 0.1, "       \
    "'scaling': 'log' } } } ] }"

static size_t count(const char *out, const char *arm, const char *status)
{
    json_t *lines = store_lines(folder, out, "trials"), *line;
    size_t i, n = 0;
    json_array_foreach(lines, i, line) n +=
        !strcmp(json_string_value(json_object_get(line, "arm")), arm) &&
        (!status || !strcmp(json_string_value(json_object_get(line, "status")), status));
    json_decref(lines);
    return n;
}

static void feasible_budgets_are_filled_by_the_same_trials_for_any_number_of_workers(void **state)
{
    put_study(folder, "feasible.json",
              STUDY("feasible", "{ 'trials': 6, 'steps': 300, 'feasible': true, 'max_trials': 40 }", ""));
    assert_runs(0, folder, "run", "feasible.json", "-o", "j1", "-j", "1");
    assert_int_equal(count("j1", "wide", "complete"), 6);
    assert_true(count("j1", "wide", "infeasible") > 4);
    assert_int_equal(count("j1", "narrow", NULL), 6);
    assert_runs(0, folder, "run", "feasible.json", "-o", "j4", "-j", "4");
    assert_int_equal(store_count(folder, "j1", "trials"), store_count(folder, "j4", "trials"));
    assert_same_store(folder, "j1", "j4");
    assert_runs(0, folder, "run", "feasible.json", "-o", "idle", "-j", "4", "--no-speculation");
    assert_same_store(folder, "j1", "idle");
}

static void a_capped_feasible_budget_stays_unfilled(void **state)
{
    put_study(folder, "capped.json",
              STUDY("capped", "{ 'trials': 6, 'steps': 300, 'feasible': true, 'max_trials': 7 }", ""));
    assert_runs(0, folder, "run", "capped.json", "-o", "capped");
    assert_int_equal(count("capped", "wide", NULL), 7);
    assert_true(count("capped", "wide", "complete") < 6);
}

static void a_larger_feasible_budget_extends_the_folder(void **state)
{
    put_study(folder, "grow.json", STUDY("grow", "{ 'trials': 2, 'steps': 300, 'feasible': true }", ""));
    assert_runs(0, folder, "run", "grow.json", "-o", "grown", "--trials", "1");
    assert_runs(0, folder, "run", "grow.json", "-o", "grown", "--trials", "5");
    assert_runs(0, folder, "run", "grow.json", "-o", "at-once", "--trials", "5");
    assert_same_store(folder, "grown", "at-once");
    assert_refused(2, "budget.trials", folder, "run", "grow.json", "-o", "grown");
}

/* An arm's budget depends on all of its trials, so a shard has whole arms: of two the first has "wide". */
static void shards_of_a_feasible_budget_take_whole_arms(void **state)
{
    put_study(folder, "feasible.json", STUDY("feasible", "{ 'trials': 6, 'steps': 300, 'feasible': true }", ""));
    assert_runs(0, folder, "run", "feasible.json", "-o", "whole");
    assert_runs(0, folder, "run", "feasible.json", "-o", "shard", "--shard", "1/2");
    assert_int_equal(count("shard", "narrow", NULL), 0);
    assert_true(count("shard", "wide", NULL) >= 6);
    assert_runs(4, folder, "check", "shard", "--complete");
    assert_runs(0, folder, "run", "feasible.json", "-o", "shard", "--shard", "2/2");
    assert_same_store(folder, "whole", "shard");
    assert_runs(0, folder, "check", "shard", "--complete");
}

static void two_starts_of_a_shard_write_files_of_their_own(void **state)
{
    put_study(folder, "starts.json", STUDY("starts", "{ 'trials': 3, 'steps': 50 }", ""));
    assert_runs(0, folder, "run", "starts.json", "-o", "starts", "--shard", "1/2", "--own-files");
    assert_runs(0, folder, "run", "starts.json", "-o", "starts", "--shard", "1/2", "--own-files"); /* nothing to do */
    assert_int_equal(store_count(folder, "starts", "trials"), 4);
    assert_runs(0, folder, "run", "starts.json", "-o", "starts", "--own-files");
    assert_int_equal(store_count(folder, "starts", "trials"), 6);
    assert_runs(0, folder, "run", "starts.json", "-o", "plain");
    assert_same_store(folder, "plain", "starts");
    assert_runs(0, folder, "check", "starts", "--complete");
}

static void repeats_have_seeds_of_their_own_and_the_same_hyperparameters(void **state)
{
    put_study(folder, "repeats.json", STUDY("repeats", "{ 'trials': 2, 'steps': 50 }", ", 'seeds': { 'repeats': 3 }"));
    assert_runs(0, folder, "run", "repeats.json", "-o", "repeats");
    assert_int_equal(store_count(folder, "repeats", "trials"), 2 * 2 * 3);
    json_t *first = store_record(folder, "repeats", "narrow", 1, 0);
    for (json_int_t repeat = 1; repeat < 3; repeat++) {
        json_t *other = store_record(folder, "repeats", "narrow", 1, repeat);
        assert_true(json_equal(json_object_get(first, "hyperparameters"), json_object_get(other, "hyperparameters")));
        assert_false(json_equal(json_object_get(first, "seed"), json_object_get(other, "seed")));
        assert_false(json_equal(json_object_get(first, "state_hash"), json_object_get(other, "state_hash")));
        json_decref(other);
    }
    json_decref(first);
}

static double val_error(const json_t *record)
{
    return json_number_value(json_object_get(json_object_get(record, "final"), "val_error"));
}

static json_int_t best_index(const char *out, const char *arm)
{
    json_t *lines = store_lines(folder, out, "trials"), *line;
    json_int_t best = -1;
    double least = HUGE_VAL;
    size_t i;
    json_array_foreach(lines, i, line)
    {
        bool searched = json_integer_value(json_object_get(line, "repeat")) == 0;
        if (!searched || strcmp(json_string_value(json_object_get(line, "arm")), arm) || !(val_error(line) < least))
            continue;
        least = val_error(line);
        best = json_integer_value(json_object_get(line, "index"));
    }
    json_decref(lines);
    return best;
}

static void the_selected_trial_is_run_again_with_fresh_seeds(void **state)
{
    put_study(folder, "rerun.json", STUDY("rerun", "{ 'trials': 4, 'steps': 50 }", ", 'seeds': { 'rerun_best': 2 }"));
    assert_runs(0, folder, "run", "rerun.json", "-o", "rerun", "-j", "2");
    assert_int_equal(store_count(folder, "rerun", "trials"), 2 * (4 + 2));
    json_int_t best = best_index("rerun", "narrow");
    json_t *searched = store_record(folder, "rerun", "narrow", best, 0);
    for (json_int_t repeat = 1000; repeat < 1002; repeat++) {
        json_t *again = store_record(folder, "rerun", "narrow", best, repeat);
        assert_non_null(again);
        assert_true(
            json_equal(json_object_get(searched, "hyperparameters"), json_object_get(again, "hyperparameters")));
        assert_false(json_equal(json_object_get(searched, "seed"), json_object_get(again, "seed")));
        json_decref(again);
    }
    json_decref(searched);
    put_study(folder, "more.json", STUDY("rerun", "{ 'trials': 4, 'steps': 50 }", ", 'seeds': { 'rerun_best': 3 }"));
    assert_runs(0, folder, "run", "more.json", "-o", "rerun");
    assert_int_equal(store_count(folder, "rerun", "trials"), 2 * (4 + 3));
}

static void shards_leave_the_reruns_to_the_whole(void **state)
{
    put_study(folder, "rerun.json", STUDY("rerun", "{ 'trials': 4, 'steps': 50 }", ", 'seeds': { 'rerun_best': 2 }"));
    assert_runs(0, folder, "run", "rerun.json", "-o", "parts", "--shard", "1/2");
    assert_runs(0, folder, "run", "rerun.json", "-o", "parts", "--shard", "2/2");
    assert_int_equal(store_count(folder, "parts", "trials"), 2 * 4);
    assert_runs(0, folder, "run", "rerun.json", "-o", "parts");
    assert_int_equal(store_count(folder, "parts", "trials"), 2 * (4 + 2));
}

static void hopeless_trials_stop_early_and_count_as_complete(void **state)
{
    put_study(folder, "stop.json", STUDY("stop", "{ 'trials': 6, 'steps': 300, 'stop_above': 100 }", ""));
    assert_runs(0, folder, "run", "stop.json", "-o", "stop");
    json_t *lines = store_lines(folder, "stop", "trials"), *line;
    size_t i, stopped = 0;
    json_array_foreach(lines, i, line)
    {
        json_int_t at = json_integer_value(json_object_get(line, "stopped_at"));
        if (!at) continue;
        stopped++;
        assert_string_equal(json_string_value(json_object_get(line, "status")), "complete");
        assert_int_equal(json_integer_value(json_object_get(json_object_get(line, "final"), "step")), at);
        assert_int_equal(json_integer_value(json_object_get(line, "gradient_evaluations")), at);
        assert_true(json_is_string(json_object_get(line, "state_hash")));
    }
    json_decref(lines);
    assert_true(stopped >= 2);
    assert_int_equal(count("stop", "wide", "infeasible"), 0);
}

static void a_study_with_lists_is_their_product(void **state)
{
    put_study(
        folder, "product.json",
        "{ 'study': 'product', 'workload': 'quadratic/noisy', 'backend': ['naive', 'openblas'], 'batch_size': [8, 16],"
        "  'budget': { 'trials': 2, 'steps': 20 },"
        "  'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate': { 'min': 0.01, 'max': 0.1, "
        "'scaling': 'log' } } } ] }");
    assert_runs(0, folder, "run", "product.json", "-o", "product", "-j", "2");
    assert_int_equal(store_count(folder, "product", "trials"), 2 * 2 * 2);
    json_t *record = store_record(folder, "product", "sgd backend=openblas batch_size=8", 1, 0);
    assert_non_null(record);
    assert_string_equal(json_string_value(json_object_get(record, "backend")), "openblas");
    assert_int_equal(json_integer_value(json_object_get(record, "batch_size")), 8);
    json_decref(record);
}

static void another_study_in_the_folder_is_refused_by_its_fields(void **state)
{
    put_study(folder, "one.json", STUDY("one", "{ 'trials': 2, 'steps': 20 }", ""));
    assert_runs(0, folder, "run", "one.json", "-o", "taken");
    char *before = store_digest(folder, "taken");
    put_study(folder, "two.json", STUDY("one", "{ 'trials': 3, 'steps': 30 }", ", 'seeds': { 'first': 4 }"));
    assert_refused(2, "in budget.steps, budget.eval_every, seeds.first; choose another folder", folder, "run",
                   "two.json", "-o", "taken");
    assert_refused(2, "in search.seed, seeds.first", folder, "run", "one.json", "-o", "taken", "--seed", "3");
    assert_refused(2, "in backend", folder, "run", "one.json", "-o", "taken", "--backend", "openblas");
    char *after = store_digest(folder, "taken");
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void overrides_become_part_of_the_frozen_study(void **state)
{
    char path[FL_FILE_PATH_MAX];
    put_study(folder, "over.json", STUDY("over", "{ 'trials': 3, 'steps': 400 }", ""));
    assert_runs(0, folder, "run", "over.json", "-o", "over", "--steps", "20", "--trials", "2", "--backend", "openblas",
                "--seed", "7");
    fl_file_path_join(path, folder, "over/study.json");
    json_t *frozen = json_load_file(path, 0, NULL), *budget = json_object_get(frozen, "budget");
    assert_int_equal(json_integer_value(json_object_get(budget, "steps")), 20);
    assert_int_equal(json_integer_value(json_object_get(budget, "trials")), 2);
    assert_int_equal(json_integer_value(json_object_get(budget, "eval_every")), 1); /* 20 / 20 */
    assert_string_equal(json_string_value(json_object_get(frozen, "backend")), "openblas");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(frozen, "seeds"), "first")), 7);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(frozen, "search"), "seed")), 7);
    json_decref(frozen);
    assert_runs(0, folder, "run", path, "-o", "over"); /* the frozen study is a study file, and this folder's */
    assert_int_equal(store_count(folder, "over", "trials"), 4);
}

static void the_folder_is_named_after_the_study_by_default(void **state)
{
    put_study(folder, "named.json", STUDY("named-study", "{ 'trials': 1, 'steps': 5 }", ""));
    assert_runs(0, folder, "run", "named.json");
    assert_int_equal(store_count(folder, "results/named-study", "trials"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(feasible_budgets_are_filled_by_the_same_trials_for_any_number_of_workers),
        cmocka_unit_test(a_capped_feasible_budget_stays_unfilled),
        cmocka_unit_test(a_larger_feasible_budget_extends_the_folder),
        cmocka_unit_test(shards_of_a_feasible_budget_take_whole_arms),
        cmocka_unit_test(two_starts_of_a_shard_write_files_of_their_own),
        cmocka_unit_test(repeats_have_seeds_of_their_own_and_the_same_hyperparameters),
        cmocka_unit_test(the_selected_trial_is_run_again_with_fresh_seeds),
        cmocka_unit_test(shards_leave_the_reruns_to_the_whole),
        cmocka_unit_test(hopeless_trials_stop_early_and_count_as_complete),
        cmocka_unit_test(a_study_with_lists_is_their_product),
        cmocka_unit_test(another_study_in_the_folder_is_refused_by_its_fields),
        cmocka_unit_test(overrides_become_part_of_the_frozen_study),
        cmocka_unit_test(the_folder_is_named_after_the_study_by_default),
    };
    return test_run(tests, program_set_up, program_tear_down);
}
