/* Optimizers in shared objects: they do what a built-in rule does, wherever one may stand, and objects that are none
 * are told apart in one sentence. */
#include "support/plugin.h"
#include "support/program.h"

#include "base/hash.h"

#define STUDY(optimizer)                                                                                               \
    "{ 'study': 's', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 16,"                             \
    "  'budget': { 'trials': 2, 'steps': 6 }, 'arms': [ { 'arm': 'a', 'optimizer': " optimizer ", 'space': {"          \
    "  'learning_rate': { 'min': 1e-3, 'max': 1e-1, 'scaling': 'log' },"                                               \
    "  'one_minus_momentum': { 'min': 1e-2, 'max': 1, 'scaling': 'log' } } } ] }"

static int set_up(void **state)
{
    program_set_up(state);
    command_without_gnuplot();
    plugin_make("cc", "mine.c", "", folder, "mine.so");
    put_study(folder, "study.json", STUDY("'mine'"));
    put_study(folder, "inside.json", STUDY("{ 'plugin': 'mine.so', 'name': 'mine' }"));
    put_study(folder, "built_in.json", STUDY("'momentum'"));
    return 0;
}

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (!text) fail_msg("a record lacks %s", key);
    return text;
}

static void assert_same_states(const char *one, const char *other)
{
    for (uint64_t index = 0; index < 2; index++) {
        json_t *a = store_record(folder, one, "a", index, 0), *b = store_record(folder, other, "a", index, 0);
        assert_string_equal(text_at(a, "state_hash"), text_at(b, "state_hash"));
        assert_string_not_equal(text_at(a, "trial"), text_at(b, "trial"));
        json_decref(a);
        json_decref(b);
    }
}

static void it_is_listed_with_its_object(void **state)
{
    char path[FL_FILE_PATH_MAX], sum[FL_HASH_SHA256_TEXT];
    fl_file_path_join(path, folder, "mine.so");
    assert_true(fl_hash_sha256_file(path, sum, NULL));
    command c = command_run(folder, WORDS("list", "optimizers", "--plugin", "mine.so"));
    assert_int_equal(c.code, 0);
    assert_contains(c.out, "momentum, once more");
    assert_contains(c.out, sum);
    assert_contains(c.out, "sgd with momentum = 0");
    command_free(&c);
}

static void it_has_the_bits_of_the_built_in_rule_that_it_copies(void **state)
{
    assert_runs(0, folder, "run", "study.json", "--plugin", "mine.so", "-o", "mine", "-j", "2");
    assert_runs(0, folder, "run", "built_in.json", "-o", "built_in", "-j", "2");
    assert_same_states("mine", "built_in");
}

static void a_study_may_name_the_object_itself(void **state)
{
    assert_runs(0, folder, "run", "study.json", "--plugin", "mine.so", "-o", "by_option");
    assert_runs(0, folder, "run", "inside.json", "-o", "inside");
    assert_same_store(folder, "by_option", "inside");
}

static void the_same_source_in_cpp_has_the_same_bits(void **state)
{
    plugin_make("c++", "mine.c", "-x c++ -std=c++17 -Wno-pedantic", folder, "cpp.so");
    assert_runs(0, folder, "run", "study.json", "--plugin", "cpp.so", "-o", "cpp");
    assert_runs(0, folder, "run", "built_in.json", "-o", "for_cpp");
    assert_same_states("cpp", "for_cpp");
}

static void a_record_says_which_object_and_how_to_run_it_again(void **state)
{
    char path[FL_FILE_PATH_MAX], sum[FL_HASH_SHA256_TEXT], wanted[FL_FILE_PATH_MAX + 100];
    fl_file_path_join(path, folder, "mine.so");
    assert_true(fl_hash_sha256_file(path, sum, NULL));
    assert_runs(0, folder, "run", "study.json", "--plugin", "mine.so", "-o", "said");
    json_t *record = store_record(folder, "said", "a", 0, 0);
    assert_string_equal(text_at(json_object_get(record, "own"), "sha256"), sum);
    snprintf(wanted, sizeof wanted, "--optimizer mine --plugin %s ", path);
    assert_contains(text_at(record, "repro"), wanted);
    json_decref(record);
}

/* Reading runs no code of others and needs none; running again does. */
static void whoever_reads_a_folder_needs_no_object(void **state)
{
    char path[FL_FILE_PATH_MAX], away[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, "gone.so");
    fl_file_path_join(away, folder, "away.so");
    plugin_make("cc", "mine.c", "", folder, "gone.so");
    assert_runs(0, folder, "run", "study.json", "--plugin", "gone.so", "-o", "read");
    assert_runs(0, folder, "verify", "read");
    assert_int_equal(rename(path, away), 0);
    assert_runs(0, folder, "summary", "read");
    assert_runs(0, folder, "check", "read");
    assert_refused(2, "gone.so", folder, "verify", "read");
    assert_int_equal(rename(away, path), 0);
    assert_runs(0, folder, "verify", "read");
}

static void another_object_does_not_go_on_with_the_folder(void **state)
{
    plugin_make("cc", "mine.c", "", folder, "changing.so");
    assert_runs(0, folder, "run", "study.json", "--plugin", "changing.so", "-o", "going");
    plugin_make("cc", "mine.c", "-DOTHER -O0", folder, "changing.so");
    assert_refused(2, "arms[0].optimizer.sha256", folder, "run", "study.json", "--plugin", "changing.so", "-o",
                   "going");
    assert_refused(2, "is not the file that optimizer 'mine' is known by", folder, "verify", "going");
}

static void what_is_no_plug_in_is_a_sentence(void **state)
{
    char path[FL_FILE_PATH_MAX], *bytes;
    size_t n;
    assert_refused(2, "nothing.so: there is no such file", folder, "list", "--plugin", "nothing.so");
    assert_refused(2, "study.json: cannot be loaded", folder, "list", "--plugin", "study.json");
    fl_file_path_join(path, folder, "mine.so");
    assert_true(fl_file_read(path, &bytes, &n, NULL));
    fl_file_path_join(path, folder, "cut.so");
    put_file(path, bytes, n / 3);
    free(bytes);
    assert_refused(2, "cut.so: ", folder, "list", "--plugin", "cut.so");
    plugin_make("cc", "mine.c", "-DWRONG_ABI", folder, "old.so");
    assert_refused(2, "was compiled for interface 999", folder, "list", "--plugin", "old.so");
    plugin_make("cc", "mine.c", "-DNAME='\"adam\"'", folder, "adam.so");
    assert_refused(2, "the name of its optimizer 'adam' is taken", folder, "list", "--plugin", "adam.so");
}

/* What its author wrote runs in a child of the process that plans. */
static void a_plan_times_it_and_survives_it(void **state)
{
    assert_runs(0, folder, "plan", "study.json", "--plugin", "mine.so");
    plugin_make("cc", "mine.c", "-DCRASHES", folder, "crash.so");
    assert_refused(2, "an optimizer of your own ended the process by signal 11", folder, "plan", "study.json",
                   "--plugin", "crash.so");
}

static void a_crash_is_a_failed_trial(void **state)
{
    plugin_make("cc", "mine.c", "-DCRASHES", folder, "crashes.so");
    assert_refused(1, "it crashed in optimizer 'mine' of ", folder, "trial", "--workload", "quadratic/noisy",
                   "--optimizer", "mine", "--plugin", "crashes.so", "--set", "learning_rate=0.01", "--steps", "9",
                   "--backend", "naive");
    assert_runs(1, folder, "run", "study.json", "--plugin", "crashes.so", "-o", "crashed");
    json_t *record = store_record(folder, "crashed", "a", 0, 0);
    assert_string_equal(text_at(record, "status"), "failed");
    assert_contains(text_at(record, "reason"), "killed by signal 11");
    json_decref(record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_listed_with_its_object),
        cmocka_unit_test(it_has_the_bits_of_the_built_in_rule_that_it_copies),
        cmocka_unit_test(a_study_may_name_the_object_itself),
        cmocka_unit_test(the_same_source_in_cpp_has_the_same_bits),
        cmocka_unit_test(a_record_says_which_object_and_how_to_run_it_again),
        cmocka_unit_test(whoever_reads_a_folder_needs_no_object),
        cmocka_unit_test(another_object_does_not_go_on_with_the_folder),
        cmocka_unit_test(what_is_no_plug_in_is_a_sentence),
        cmocka_unit_test(a_plan_times_it_and_survives_it),
        cmocka_unit_test(a_crash_is_a_failed_trial),
    };
    return test_run(tests, set_up, program_tear_down);
}
