/* A program with a skipped test is skipped for CTest, unless one of its tests failed: shown on this program itself,
 * which runs other tables of tests when it is given their names. */
#include "support/command.h"

static void passes(void **state) {}

static void skips(void **state)
{
    test_skip("there is no %s", "moon");
}

static void fails(void **state)
{
    fail();
}

static const struct CMUnitTest kinds[] = { cmocka_unit_test(passes), cmocka_unit_test(skips), cmocka_unit_test(fails) };

enum { MOST = 100 };

/* Run a table with one test for each letter of `letters`, the first of a kind's name. */
static int run_kinds(const char *letters)
{
    struct CMUnitTest tests[MOST];
    size_t n = 0;
    for (; letters[n] && n < MOST; n++)
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            if (kinds[k].name[0] == letters[n]) tests[n] = kinds[k];
    return test_exit_code(_cmocka_run_group_tests("tests", tests, n, NULL, NULL));
}

static void assert_ends(const char *letters, int code, const char *said)
{
    command c = command_start_program("/proc/self/exe", "/", WORDS("skipped", letters));
    command_wait(&c);
    if (c.code != code) fail_msg("%s: exit code %d, not %d", letters, c.code, code);
    assert_contains(c.out, said);
    command_free(&c);
}

static void a_skipped_test_makes_a_skipped_program(void **state)
{
    assert_ends("p", 0, "");
    assert_ends("s", TEST_SKIPPED, "skipped: there is no moon");
    assert_ends("psp", TEST_SKIPPED, "skipped: there is no moon");
}

static void a_failure_wins_over_a_skip(void **state)
{
    assert_ends("sf", 1, "skipped: there is no moon");
    assert_ends("fs", 1, "skipped: there is no moon");
    assert_ends("pf", 1, "");
}

static void as_many_failures_as_the_code_of_skipping_are_no_skip(void **state)
{
    char letters[TEST_SKIPPED + 1] = "";
    memset(letters, 'f', TEST_SKIPPED);
    assert_ends(letters, 1, "");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_skipped_test_makes_a_skipped_program),
        cmocka_unit_test(a_failure_wins_over_a_skip),
        cmocka_unit_test(as_many_failures_as_the_code_of_skipping_are_no_skip),
    };
    return argc > 1 ? run_kinds(argv[1]) : test_run(tests, NULL, NULL);
}
