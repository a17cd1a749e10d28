/* The three kinds of failure. */
#include "support/dies.h"

#include "base/error.h"

static void an_error_holds_its_sentence_and_who_must_act(void **state)
{
    fl_error error;
    assert_false(fl_error_user(&error, "%s:%d: no", "a.json", 7));
    assert_int_equal(error.fault, 2); /* the exit code of the user's mistake */
    assert_string_equal(error.text, "a.json:7: no");
    assert_false(fl_error_machine(&error, "disk full"));
    assert_int_equal(error.fault, 3); /* the exit code of the machine's trouble */
    assert_string_equal(error.text, "disk full");
}

static void an_error_nobody_asks_for_is_only_false(void **state)
{
    assert_false(fl_error_user(NULL, "unheard"));
    assert_false(fl_error_machine(NULL, "unheard"));
}

static void a_sentence_too_long_is_cut(void **state)
{
    fl_error error;
    char longer[2 * sizeof error.text];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = 0;
    fl_error_user(&error, "%s", longer);
    assert_int_equal(strlen(error.text), sizeof error.text - 1);
}

static void a_sentence_stays_one_line(void **state)
{
    fl_error error;
    fl_error_user(&error, "there is no '%s'", "a\nb\x1b[2J");
    assert_string_equal(error.text, "there is no 'a?b?[2J'");
}

static void break_a_promise(void)
{
    fl_error_die("%d arms, %d legs", 3, 5);
}

static void a_broken_promise_ends_the_process_with_a_sentence(void **state)
{
    assert_dies(break_a_promise, "fairlead: 3 arms, 5 legs\n");
}

static void find_no_disk(void)
{
    fl_error_give_up("no disk for %d arms", 3);
}

static void giving_up_ends_the_process_as_the_machines_trouble(void **state)
{
    assert_gives_up(find_no_disk, "fairlead: no disk for 3 arms\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_holds_its_sentence_and_who_must_act),
        cmocka_unit_test(an_error_nobody_asks_for_is_only_false),
        cmocka_unit_test(a_sentence_too_long_is_cut),
        cmocka_unit_test(a_sentence_stays_one_line),
        cmocka_unit_test(a_broken_promise_ends_the_process_with_a_sentence),
        cmocka_unit_test(giving_up_ends_the_process_as_the_machines_trouble),
    };
    return test_run(tests, NULL, NULL);
}
