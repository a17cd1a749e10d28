/* The interface of fairlead/fairlead.h: what a program trains and runs by it is what `fairlead` trains and runs, and
 * every slip is refused with a sentence, never by ending the process.
 */
#include "fairlead/fairlead.h"
#include "support/dies.h"
#include "support/program.h"

#include <stdlib.h>

#define PROGRAM FL_BUILD_DIR "/fairlead"

static fairlead_error error;

static fairlead_trial *adam(void)
{
    fairlead_trial *t = fairlead_trial_new("glyphs/mlp", "adam", NULL, &error);
    if (!t) fail_msg("%s", error.text);
    assert_true(fairlead_trial_set(t, "learning_rate", "1e-3", &error));
    assert_true(fairlead_trial_set_length(t, 20, 16, 10, &error));
    assert_true(fairlead_trial_set_backend(t, "naive", "f32", 1, &error));
    return t;
}

static fairlead_study *load(const char *name)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, name);
    fairlead_study *s = fairlead_study_load(path, &error);
    if (!s) fail_msg("%s", error.text);
    return s;
}

static void put_small_study(void)
{
    put_study(
        folder, "small.json",
        "{ 'study': 'small', 'workload': 'quadratic/noisy', 'batch_size': 16, 'budget': { 'trials': 3, 'steps': 5 },"
        " 'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate':"
        " { 'min': 0.001, 'max': 0.1, 'scaling': 'log' } } } ] }");
}

/* The words of a command that has no odd character, into `words`. */
static void split(char *text, const char **words, size_t room)
{
    size_t n = 0;
    for (char *word = strtok(text, " "); word && n + 1 < room; word = strtok(NULL, " ")) words[n++] = word;
    words[n] = NULL;
}

/* --- it does what the program does --- */

static void a_trial_is_that_of_the_command_it_gives(void **state)
{
    const char *words[COMMAND_WORDS];
    fairlead_trial *t = adam();
    fairlead_outcome *o = fairlead_trial_run(t, NULL, NULL, &error);
    if (!o) fail_msg("%s", error.text);
    assert_string_equal(fairlead_outcome_status(o), "complete");
    assert_int_equal(fairlead_outcome_n_points(o), 2);
    assert_int_equal(fairlead_outcome_point(o, 1).step, 20);
    char *text = fairlead_trial_command(t);
    split(text, words, COMMAND_WORDS);
    command c = command_run(folder, words + 1);
    assert_int_equal(c.code, 0);
    assert_contains(c.out, fairlead_outcome_state_hash(o));
    command_free(&c);
    fairlead_text_free(text);
    fairlead_outcome_free(o);
    fairlead_trial_free(t);
}

static void a_study_is_that_of_the_program_and_goes_on(void **state)
{
    char out[FL_FILE_PATH_MAX];
    put_small_study();
    fl_file_path_join(out, folder, "out");
    fairlead_study *s = load("small.json");
    for (int turn = 0; turn < 2; turn++)
        if (!fairlead_study_run(s, out, 1, PROGRAM, NULL, NULL, &error)) fail_msg("%s", error.text);
    assert_runs(0, folder, "check", "out", "--complete");
    assert_runs(0, folder, "run", "small.json", "-o", "by_program");
    fairlead_results *r = fairlead_results_read(out, &error);
    if (!r) fail_msg("%s", error.text);
    assert_int_equal(fairlead_results_n_arms(r), 1);
    assert_int_equal(fairlead_results_n_runs(r, 0), 3);
    char *summary = fairlead_results_summary_json(r);
    json_t *told = json_loads(summary, 0, NULL);
    assert_non_null(told);
    json_decref(told);
    fairlead_text_free(summary);
    assert_runs(0, folder, "compare", "out", "by_program");
    fairlead_results_free(r);
    fairlead_study_free(s);
}

/* --- it refuses --- */

#define assert_says(part)                                                                                              \
    do {                                                                                                               \
        assert_int_equal(error.fault, FAIRLEAD_USER);                                                                  \
        assert_contains(error.text, part);                                                                             \
    } while (0)

static void a_trial_s_slips_are_refused(void **state)
{
    fairlead_trial *t = adam();
    assert_null(fairlead_trial_new("glyphs/mpl", "adam", NULL, &error));
    assert_says("unknown workload 'glyphs/mpl' (did you mean glyphs/mlp?)");
    assert_null(fairlead_trial_new(PROGRAM, "adam", NULL, &error));
    assert_says("a definition's file must end in .json");
    assert_null(fairlead_trial_new("glyphs/mlp", "adma", NULL, &error));
    assert_says("unknown optimizer 'adma' (did you mean adam?)");
    assert_false(fairlead_trial_set(t, "learning_rate", "fast", &error));
    assert_says("'fast' is not a number");
    assert_false(fairlead_trial_set_length(t, 0, 16, 10, &error));
    assert_says("at least 1");
    assert_false(fairlead_trial_set_length(t, UINT64_MAX, 16, 10, &error));
    assert_says("must be below 2^53");
    assert_false(fairlead_trial_set_seed(t, UINT64_MAX, &error));
    assert_says("below 2^53");
    assert_false(fairlead_trial_set_backend(t, "onednn", "f32", 1000000, &error));
    assert_says("threads must be from 1 to 4096");
    assert_true(fairlead_trial_set_length(t, 20, 1 << 30, 10, &error));
    assert_null(fairlead_trial_run(t, NULL, NULL, &error));
    assert_says("larger than the training split");
    assert_null(fairlead_trial_run(t, NULL, NULL, NULL));
    fairlead_trial_free(t);
}

static void a_study_s_slips_are_refused_and_nothing_is_written(void **state)
{
    char out[FL_FILE_PATH_MAX];
    put_small_study();
    fl_file_path_join(out, folder, "none");
    fairlead_study *s = load("small.json");
    assert_null(fairlead_study_load(out, &error));
    assert_says("cannot be read");
    assert_null(fairlead_study_read("mine", "{}", &error));
    assert_says("mine:1:1: 'study' is missing here");
    assert_false(fairlead_study_run(s, out, 100000, PROGRAM, NULL, NULL, &error));
    assert_says("workers must be at most 4096, not 100000");
    assert_false(fairlead_study_run(s, out, 1, "no-such-program", NULL, NULL, &error));
    assert_says("no such program in PATH");
    assert_false(fl_file_exists(out));
    assert_null(fairlead_results_read(out, &error));
    assert_says("not a result folder");
    fairlead_study_free(s);
}

static void ask_past_the_end(void)
{
    fairlead_trial *t = adam();
    fairlead_outcome *o = fairlead_trial_run(t, NULL, NULL, &error);
    fairlead_outcome_point(o, 2);
}

static void an_index_past_the_end_is_null_for_a_name_and_else_ends_the_process(void **state)
{
    assert_string_equal(fairlead_name("backends", 0), "naive");
    assert_null(fairlead_name("optimizers", 1000));
    assert_null(fairlead_name("colours", 0));
    assert_dies(ask_past_the_end, "point 2 of 2 was asked for");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trial_is_that_of_the_command_it_gives),
        cmocka_unit_test(a_study_is_that_of_the_program_and_goes_on),
        cmocka_unit_test(a_trial_s_slips_are_refused),
        cmocka_unit_test(a_study_s_slips_are_refused_and_nothing_is_written),
        cmocka_unit_test(an_index_past_the_end_is_null_for_a_name_and_else_ends_the_process),
    };
    return test_run(tests, program_set_up, program_tear_down);
}
