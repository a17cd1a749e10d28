/* How options are written, and how what is printed stands in a file. */
#include "support/program.h"

static const char study[] = "{ 'study': 'tiny', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 16,"
                            "  'budget': { 'trials': 2, 'steps': 5 },"
                            "  'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate': 0.01 } } ] }";

static int set_up(void **state)
{
    program_set_up(state);
    put_study(folder, "tiny.json", study);
    return 0;
}

static void a_letters_value_may_follow_at_once(void **state)
{
    assert_runs(0, folder, "run", "tiny.json", "-j2", "-oapart");
    assert_int_equal(store_count(folder, "apart", "trials"), 2);
    assert_refused(2, "--jobs must be a whole number from 1 to 4096, not '0'", folder, "run", "tiny.json", "-j0");
    assert_refused(2, "--jobs must be a whole number from 1 to 4096, not '2x'", folder, "run", "tiny.json", "-j2x");
    assert_refused(2, "--jobs needs a value", folder, "run", "tiny.json", "-j");
    assert_refused(2, "unknown option '-J2'; use", folder, "run", "tiny.json", "-J2");
}

static void a_shard_is_two_whole_numbers_within_range(void **state)
{
    static const char *const wrong[] = { "1/99999999999999999999",
                                         "99999999999999999999/2",
                                         "1/ 2",
                                         "1 /2",
                                         " 1/2",
                                         "+1/2",
                                         "1/2 ",
                                         "1/-2",
                                         "0/2",
                                         "3/2",
                                         "1/",
                                         "/2",
                                         "1/2/3",
                                         "1" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_refused(2, "--shard is I/N with 1 <= I <= N", folder, "run", "tiny.json", "-o", "none", "--shard",
                       wrong[i]);
    assert_runs(0, folder, "run", "tiny.json", "-o", "sharded", "--shard", "2/2");
    assert_int_equal(store_count(folder, "sharded", "trials"), 1);
}

static void a_seed_of_a_split_needs_a_seeded_split(void **state)
{
#define TRIAL                                                                                                          \
    "trial", "--workload", "quadratic/noisy", "--optimizer", "sgd", "--set", "learning_rate=0.1", "--backend",         \
        "naive", "--steps", "2"
    assert_refused(2, "--validation-seed is for --validation-from seeded", folder, TRIAL, "--validation-seed", "3");
    assert_refused(2, "--validation-seed is for --validation-from seeded", folder, TRIAL, "--validation-seed", "0",
                   "--validation-from", "start");
    assert_runs(0, folder, TRIAL, "--validation-seed", "3", "--validation-from", "seeded");
}

static void an_initialisation_must_be_possible(void **state)
{
    assert_refused(2, "cannot have the deviation -1", folder, TRIAL, "--init", "truncated_normal:-1");
    assert_refused(2, "an initial value must be finite in single precision, not 1e+39", folder, TRIAL, "--init",
                   "constant:1e39");
    assert_refused(2, "an initial bias must be finite in single precision, not 1e+39", folder, TRIAL, "--init-bias",
                   "1e39");
}

/* Without a gnuplot, what a run prints has a warning between the table and the last lines. */
static void a_warning_stands_where_it_was_said(void **state)
{
    command c = command_start_program(
        "/bin/sh", folder, WORDS("sh", "-c", FL_BUILD_DIR "/fairlead run tiny.json -o said --progress none 2>&1"));
    command_wait(&c);
    assert_int_equal(c.code, 0);
    const char *table = strstr(c.out, "trials"), *warning = strstr(c.out, "\nfairlead: warning: ");
    const char *last = strstr(c.out, "\nrecords ");
    assert_true(table && warning && last);
    assert_true(table < warning && warning < last);
    command_free(&c);
}

static void the_kernels_have_a_version(void **state)
{
    command c = command_start_program(FL_BUILD_DIR "/fairlead-kernels", folder, WORDS("kernels", "--version"));
    command_wait(&c);
    assert_int_equal(c.code, 0);
    assert_memory_equal(c.out, "fairlead-kernels ", strlen("fairlead-kernels "));
    assert_contains(c.out, "\ncompiler  ");
    assert_contains(c.out, "\nnaive ");
    command_free(&c);
}

/* --- a name of 200 characters beside one of three --- */

#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define LONG_NAME X50 X50 X50 X50

enum { WIDEST = 160 }; /* of a table and of text where there is no terminal */

/* Lines of `text` that hold a single word after their indent. */
static size_t lines_of_one_word(const char *text)
{
    size_t n = 0;
    while (*text) {
        size_t length = strcspn(text, "\n"), indent = strspn(text, " ");
        n += indent > 20 && indent < length && !memchr(text + indent, ' ', length - indent);
        text += length + (text[length] == '\n');
    }
    return n;
}

static void assert_not_squeezed(const char *text)
{
    assert_int_equal(lines_of_one_word(text), 0);
    while (*text) {
        size_t length = strcspn(text, "\n");
        char *line = strndup(text, length);
        if (length > WIDEST && !strstr(line, LONG_NAME)) fail_msg("%zu characters: %s", length, line);
        free(line);
        text += length + (text[length] == '\n');
    }
}

static void a_long_name_leaves_the_others_their_room(void **state)
{
    put_study(folder, "long.json",
              "{ 'study': 'long', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 16,"
              "  'budget': { 'trials': 2, 'steps': 5 },"
              "  'arms': [ { 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate': 0.01 } },"
              "            { 'arm': '" LONG_NAME "', 'optimizer': 'adam', 'space': { 'learning_rate': 0.01 } } ] }");
    command c = command_run(folder, WORDS("run", "long.json", "--progress", "lines"));
    assert_int_equal(c.code, 0);
    assert_contains(c.out, LONG_NAME);
    assert_not_squeezed(c.out);
    for (char *line = strtok(c.err, "\n"); line; line = strtok(NULL, "\n"))
        if (strstr(line, "trials, ")) assert_in_range(strlen(line), 1, 100);
    command_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_letters_value_may_follow_at_once),
        cmocka_unit_test(a_shard_is_two_whole_numbers_within_range),
        cmocka_unit_test(a_seed_of_a_split_needs_a_seeded_split),
        cmocka_unit_test(an_initialisation_must_be_possible),
        cmocka_unit_test(a_warning_stands_where_it_was_said),
        cmocka_unit_test(the_kernels_have_a_version),
        cmocka_unit_test(a_long_name_leaves_the_others_their_room),
    };
    return test_run(tests, set_up, program_tear_down);
}
