/* The writer's side of a result folder: what is appended, what is repaired, what goes on. */
#include "support/fixtures.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void three_trials(fixture *s)
{
    const double errors[] = { 0.3, 0.2, 0.1 };
    fixture_begin(s, BUDGET(3), SGD("sgd"));
    add_errors(s, 0, errors, 3);
    fl_store_close(s->store);
    s->store = NULL;
}

static void a_trial_is_a_line_and_its_points_are_lines(void **state)
{
    fixture s;
    three_trials(&s);
    const fl_results *results = read_fixture(&s);
    size_t n;
    assert_int_equal(3, results->n_records);
    assert_int_equal(0, results->n_damage);
    assert_true(results->arms[0].filled);
    fl_trial_point *points = fl_results_points(results, results->records[1].trial, &n);
    assert_int_equal(10, n); /* 100 steps, an evaluation every 10 */
    assert_int_equal(100, points[9].step);
    assert_close(points[9].of[FL_TRIAL_VAL_ERROR], 0.2, 0);
    free(points);
    fixture_end(&s);
}

/* Cut the file `name` at each byte of its last line: opening the store must leave a whole number of good lines. */
static void cut_everywhere(fixture *s, const char *name, size_t n_lines)
{
    bytes whole_file = take_file(s, name);
    size_t last = line_start(&whole_file, n_lines);
    for (size_t n = last; n < whole_file.n; n++) {
        give_file(s, name, whole_file.text, n);
        fl_store_close(open_store(s, whole));
        bytes repaired = take_file(s, name);
        bool only_newline_lost = n == whole_file.n - 1;
        assert_int_equal(only_newline_lost ? whole_file.n : last, repaired.n);
        assert_memory_equal(whole_file.text, repaired.text, repaired.n);
        free(repaired.text);
    }
    free(whole_file.text);
}

static void a_torn_last_line_is_repaired_wherever_it_was_torn(void **state)
{
    fixture s;
    three_trials(&s);
    cut_everywhere(&s, "trials.jsonl", 3);
    cut_everywhere(&s, "points.jsonl", 30);
    fixture_end(&s);
}

static void what_is_appended_to_a_repaired_file_is_whole(void **state)
{
    fixture s;
    three_trials(&s);
    bytes b = take_file(&s, "trials.jsonl");
    give_file(&s, "trials.jsonl", b.text, line_start(&b, 3) + 40);
    s.store = open_store(&s, whole);
    add_trial(&s, 0, 2, 0, (synthetic){ .val_error = 0.1, .test_error = 0.11 });
    bytes again = take_file(&s, "trials.jsonl");
    assert_int_equal(b.n, again.n);
    assert_memory_equal(b.text, again.text, b.n);
    free(again.text);
    free(b.text);
    fixture_end(&s);
}

static void a_torn_first_line_leaves_an_empty_file(void **state)
{
    fixture s;
    three_trials(&s);
    give_file(&s, "trials.jsonl", "{\"schema\":1", 11);
    fl_store_close(open_store(&s, whole));
    bytes b = take_file(&s, "trials.jsonl");
    assert_int_equal(0, b.n);
    free(b.text);
    fixture_end(&s);
}

static void damage_elsewhere_stays_in_place(void **state)
{
    fixture s;
    three_trials(&s);
    bytes b = take_file(&s, "trials.jsonl");
    b.text[line_start(&b, 2) + 12] ^= 1;
    give_file(&s, "trials.jsonl", b.text, b.n);
    fl_store_close(open_store(&s, whole));
    bytes after = take_file(&s, "trials.jsonl");
    assert_int_equal(b.n, after.n);
    assert_memory_equal(b.text, after.text, b.n);
    free(after.text);
    free(b.text);
    fixture_end(&s);
}

/* --- shards --- */

static void shards_write_side_by_side_and_are_read_together(void **state)
{
    fixture s;
    fl_error error;
    fixture_begin(&s, BUDGET(4), SGD("sgd"));
    fl_store_close(s.store);
    s.store = NULL;
    fl_store *first = open_store(&s, (fl_store_shard){ 1, 2 }), *second = open_store(&s, (fl_store_shard){ 2, 2 });
    for (uint64_t i = 0; i < 4; i++) {
        synthetic what = { .val_error = 0.1 * (double)(i + 1), .test_error = 0.5 };
        assert_true(add_trial_in(&s, i % 2 ? second : first, 0, i, 0, what, &error));
    }
    fl_store_close(first);
    fl_store_close(second);
    const fl_results *results = read_fixture(&s);
    assert_int_equal(4, results->arms[0].n_search);
    for (uint64_t i = 0; i < 4; i++) assert_int_equal(i, results->arms[0].search[i].slot.index);
    fixture_end(&s);
}

/* A task that a batch system started again while its first start lived on: both write, readers merge by slot. */
static void two_starts_of_one_task_are_read_as_one(void **state)
{
    fixture s;
    fl_error error;
    synthetic same = { .val_error = 0.1, .test_error = 0.2 }, other = { .val_error = 0.3, .test_error = 0.2 };
    synthetic failed = { .status = FL_OUTCOME_FAILED, .reason = "lost" };
    fixture_begin(&s, BUDGET(3), SGD("sgd"));
    fl_store_close(s.store);
    s.store = NULL;
    fl_store *first = open_store(&s, (fl_store_shard){ 1, 1, "00000001" });
    fl_store *second = open_store(&s, (fl_store_shard){ 1, 1, "00000002" }); /* the first is not in its way */
    assert_true(add_trial_in(&s, first, 0, 0, 0, same, &error) && add_trial_in(&s, second, 0, 0, 0, same, &error));
    assert_true(add_trial_in(&s, first, 0, 1, 0, same, &error) && add_trial_in(&s, second, 0, 1, 0, failed, &error));
    fl_results *results = read_fixture(&s);
    fl_results_check_twins(results);
    assert_int_equal(2, results->n_records);
    assert_int_equal(FL_OUTCOME_COMPLETE, results->records[1].status); /* the failure came last, and does not count */
    assert_int_equal(0, results->n_damage);
    assert_true(add_trial_in(&s, first, 0, 2, 0, same, &error) && add_trial_in(&s, second, 0, 2, 0, other, &error));
    results = read_fixture(&s);
    fl_results_check_twins(results);
    assert_int_equal(3, results->n_records);
    assert_int_equal(1, results->n_damage);
    assert_contains(results->damage[0].where, "trials.1-of-1.00000001.jsonl");
    assert_contains(results->damage[0].where, "trials.1-of-1.00000002.jsonl");
    assert_contains(results->damage[0].where, "sgd, index 2, repeat 0");
    fl_store_close(first);
    fl_store_close(second);
    fixture_end(&s);
}

static void a_shards_files_carry_its_number(void **state)
{
    char name[64];
    fl_store_file_name(name, "trials", "jsonl", (fl_store_shard){ 2, 4 });
    assert_string_equal("trials.2-of-4.jsonl", name);
    fl_store_file_name(name, "trials", "jsonl", (fl_store_shard){ 2, 4, "0a1b2c3d" });
    assert_string_equal("trials.2-of-4.0a1b2c3d.jsonl", name);
    fl_store_file_name(name, "host", "json", whole);
    assert_string_equal("host.json", name);
}

/* --- going on --- */

static void assert_continues(const char *was, const char *is, const char *differing)
{
    fixture s;
    fl_error error;
    fixture_begin(&s, was, SGD("sgd"));
    fl_store_close(s.store);
    fl_study_free(s.study);
    s.study = synthetic_study(is, SGD("sgd"));
    s.store = fl_store_open(s.folder, s.study, whole, NULL, &error);
    assert_int_equal(differing == NULL, s.store != NULL);
    if (differing) {
        assert_int_equal(FL_ERROR_USER, error.fault);
        assert_contains(error.text, differing);
    }
    fixture_end(&s);
}

static void the_same_study_goes_on(void **state)
{
    assert_continues(BUDGET(3), BUDGET(3), NULL);
}

static void a_larger_budget_goes_on(void **state)
{
    assert_continues(BUDGET(3), BUDGET(4), NULL);
    assert_continues(FEASIBLE(3), FEASIBLE(5), NULL);
    assert_continues(BUDGET(3), BUDGET(3) "\"seeds\": {\"rerun_best\": 2},", NULL);
}

static void any_other_difference_is_refused_with_its_field(void **state)
{
    assert_continues(BUDGET(4), BUDGET(3), "budget.trials");
    assert_continues(BUDGET(3), FEASIBLE(3), "budget.feasible");
    assert_continues(BUDGET(3), BUDGET(3) "\"search\": {\"seed\": 2},", "search.seed");
    assert_continues(BUDGET(3), BUDGET(3) "\"select\": \"val_loss\",", "select");
    assert_continues(BUDGET(3), BUDGET(3) "\"target\": {\"metric\": \"val_error\", \"value\": 0.1},", "target");
}

static void a_grown_study_is_what_the_folder_then_holds(void **state)
{
    fixture s;
    three_trials(&s);
    fl_study_free(s.study);
    s.study = synthetic_study(BUDGET(5), SGD("sgd"));
    s.store = open_store(&s, whole);
    assert_int_equal(5, read_fixture(&s)->study->trials);
    assert_false(s.results->arms[0].filled);
    fixture_end(&s);
}

static void a_refused_study_changes_nothing(void **state)
{
    fixture s;
    fl_error error;
    three_trials(&s);
    bytes before = take_file(&s, "study.json");
    fl_study *other = synthetic_study(BUDGET(2), SGD("sgd"));
    assert_null(fl_store_open(s.folder, other, whole, NULL, &error));
    bytes after = take_file(&s, "study.json");
    assert_int_equal(before.n, after.n);
    assert_memory_equal(before.text, after.text, before.n);
    fl_study_free(other);
    free(before.text);
    free(after.text);
    fixture_end(&s);
}

/* --- the machine's trouble --- */

/* A file-size limit stands in for a full disk: the write comes back short, then fails. */
static void a_full_disk_keeps_what_is_finished(void **state)
{
    fixture s;
    fl_error error;
    struct rlimit before, tight;
    const double errors[] = { 0.3, 0.2 };
    fixture_begin(&s, BUDGET(3), SGD("sgd"));
    add_errors(&s, 0, errors, 2);
    bytes b = take_file(&s, "trials.jsonl");
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(0, getrlimit(RLIMIT_FSIZE, &before));
    tight = before;
    tight.rlim_cur = 5 * b.n; /* five times two lines: room for the points, which are longer by then, is not there */
    assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &tight));
    bool added = true;
    for (uint64_t i = 2; added && i < 100; i++)
        added = add_trial_in(&s, s.store, 0, i, 0, (synthetic){ .val_error = 0.5 }, &error);
    assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &before));
    assert_false(added);
    assert_int_equal(FL_ERROR_MACHINE, error.fault);
    const fl_results *results = read_fixture(&s);
    assert_int_equal(0, results->n_damage); /* nothing half-written */
    assert_true(results->n_records >= 2);
    add_trial(&s, 0, 2, 0, (synthetic){ .val_error = 0.1 }); /* and with room again it goes on */
    assert_int_equal(0, read_fixture(&s)->n_damage);
    free(b.text);
    fixture_end(&s);
}

/* Failed trials have no points, so their lines reach the limit before the points do. */
static void points_of_a_trial_that_cannot_be_written_are_taken_back(void **state)
{
    fixture s;
    fl_error error;
    struct rlimit before, tight;
    fixture_begin(&s, BUDGET(30), SGD("sgd"));
    for (uint64_t i = 0; i < 20; i++)
        add_trial(&s, 0, i, 0, (synthetic){ .status = FL_OUTCOME_FAILED, .reason = "lost" });
    add_trial(&s, 0, 20, 0, (synthetic){ .val_error = 0.5 });
    bytes lines = take_file(&s, "trials.jsonl"), points = take_file(&s, "points.jsonl");
    assert_true(lines.n > 2 * points.n);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(0, getrlimit(RLIMIT_FSIZE, &before));
    tight = (struct rlimit){ .rlim_cur = lines.n + 50, .rlim_max = before.rlim_max };
    assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &tight));
    bool added = add_trial_in(&s, s.store, 0, 21, 0, (synthetic){ .val_error = 0.4 }, &error);
    assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &before));
    assert_false(added);
    bytes after = take_file(&s, "points.jsonl");
    assert_int_equal(after.n, points.n);
    assert_memory_equal(after.text, points.text, points.n);
    free(lines.text);
    free(points.text);
    free(after.text);
    fixture_end(&s);
}

static void a_pipe_in_the_place_of_records_is_refused(void **state)
{
    fixture s;
    fl_error error;
    char path[FL_FILE_PATH_MAX];
    three_trials(&s);
    fl_file_path_join(path, s.folder, "trials.jsonl");
    assert_int_equal(0, unlink(path));
    assert_int_equal(0, mkfifo(path, 0600));
    assert_null(fl_store_open(s.folder, s.study, whole, NULL, &error));
    assert_contains(error.text, "trials.jsonl: is no regular file");
    assert_int_equal(FL_ERROR_USER, error.fault);
    fixture_end(&s);
}

static void a_folder_that_cannot_be_made_is_the_users_mistake(void **state)
{
    fl_error error;
    fl_study *study = synthetic_study(BUDGET(3), SGD("sgd"));
    assert_null(fl_store_open("/dev/null/results", study, whole, NULL, &error));
    assert_int_equal(FL_ERROR_USER, error.fault);
    fl_study_free(study);
}

static void a_damaged_host_file_is_put_aside(void **state)
{
    fixture s;
    fl_error error;
    three_trials(&s);
    give_file(&s, "host.json", "{\"schema\":1, \"hos", 17);
    assert_int_equal(1, read_fixture(&s)->n_damage);
    s.store = open_store(&s, whole);
    json_t *facts = json_pack("{s:s}", "processor", "synthetic");
    assert_true(fl_store_host(s.store, "00000000000000aa", facts, &error));
    json_decref(facts);
    assert_int_equal(0, read_fixture(&s)->n_damage);
    bytes b = take_file(&s, "host.json.damaged");
    assert_string_equal("{\"schema\":1, \"hos", b.text);
    free(b.text);
    fixture_end(&s);
}

/* Written to a file that no name leads to, a trial is lost, and the run must not go on. */
static void a_folder_that_vanishes_is_the_machines_trouble(void **state)
{
    fixture s;
    fl_error error;
    char moved[FL_FILE_PATH_MAX + 8];
    fixture_begin(&s, BUDGET(3), SGD("sgd"));
    snprintf(moved, sizeof moved, "%s.moved", s.folder);
    assert_int_equal(0, rename(s.folder, moved));
    assert_false(add_trial_in(&s, s.store, 0, 0, 0, (synthetic){ .val_error = 0.5 }, &error));
    assert_int_equal(FL_ERROR_MACHINE, error.fault);
    assert_contains(error.text, "was deleted or moved away");
    assert_int_equal(0, rename(moved, s.folder));
    assert_int_equal(1, read_fixture(&s)->n_records); /* it went along */
    fixture_end(&s);
}

static void host_facts_are_kept_by_their_key(void **state)
{
    fixture s;
    fl_error error;
    fixture_begin(&s, BUDGET(3), SGD("sgd"));
    json_t *facts = json_pack("{s:s}", "processor", "synthetic");
    assert_true(fl_store_host(s.store, "00000000000000aa", facts, &error));
    assert_true(fl_store_host(s.store, "00000000000000aa", facts, &error));
    json_decref(facts);
    fl_store_close(s.store);
    s.store = open_store(&s, whole);
    facts = json_pack("{s:s}", "processor", "another");
    assert_true(fl_store_host(s.store, "00000000000000bb", facts, &error));
    json_decref(facts);
    const fl_results *results = read_fixture(&s);
    assert_int_equal(2, json_object_size(results->hosts));
    const json_t *first = json_object_get(results->hosts, "00000000000000aa");
    assert_string_equal("synthetic", json_string_value(json_object_get(first, "processor")));
    fixture_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trial_is_a_line_and_its_points_are_lines),
        cmocka_unit_test(a_torn_last_line_is_repaired_wherever_it_was_torn),
        cmocka_unit_test(what_is_appended_to_a_repaired_file_is_whole),
        cmocka_unit_test(a_torn_first_line_leaves_an_empty_file),
        cmocka_unit_test(damage_elsewhere_stays_in_place),
        cmocka_unit_test(shards_write_side_by_side_and_are_read_together),
        cmocka_unit_test(two_starts_of_one_task_are_read_as_one),
        cmocka_unit_test(a_shards_files_carry_its_number),
        cmocka_unit_test(the_same_study_goes_on),
        cmocka_unit_test(a_larger_budget_goes_on),
        cmocka_unit_test(any_other_difference_is_refused_with_its_field),
        cmocka_unit_test(a_grown_study_is_what_the_folder_then_holds),
        cmocka_unit_test(a_refused_study_changes_nothing),
        cmocka_unit_test(a_full_disk_keeps_what_is_finished),
        cmocka_unit_test(points_of_a_trial_that_cannot_be_written_are_taken_back),
        cmocka_unit_test(a_pipe_in_the_place_of_records_is_refused),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_the_users_mistake),
        cmocka_unit_test(a_damaged_host_file_is_put_aside),
        cmocka_unit_test(a_folder_that_vanishes_is_the_machines_trouble),
        cmocka_unit_test(host_facts_are_kept_by_their_key),
    };
    return test_run(tests, NULL, NULL);
}
