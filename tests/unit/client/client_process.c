/* A child's lines: one is read for each that is sent. */
#include "client/client_process.h"
#include "support/test.h"

#include <time.h>

/* It says more while nobody asks, and then nothing: taken for the answer, that line would be one step too old. */
static void what_waits_before_a_question_is_no_answer_to_it(void **state)
{
    const char *const words[] = { "sh", "-c", "read a; echo one; sleep 0.2; echo two; exec cat >/dev/null", NULL };
    const struct timespec moment = { .tv_nsec = 10000000 };
    fl_client_process process;
    fl_error error;
    assert_true(fl_client_process_start(&process, words, &error));
    assert_int_equal(fl_client_process_ask(&process, "a\n", 2, 20), FL_CLIENT_LINE_CAME);
    assert_string_equal(process.line, "one");
    while (!fl_client_process_is_ahead(&process)) nanosleep(&moment, NULL);
    assert_int_equal(fl_client_process_ask(&process, "b\n", 2, 20), FL_CLIENT_AHEAD);
    assert_false(fl_client_process_stop(&process, false));
    assert_true(fl_client_process_stop(&process, false)); /* again */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_waits_before_a_question_is_no_answer_to_it),
    };
    return test_run(tests, NULL, NULL);
}
