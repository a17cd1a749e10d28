/* What is tried in a child may answer, crash, hang, leave, or leave others behind. */
#include "base/child.h"
#include "base/clock.h"
#include "support/test.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct answer {
    double twice;
    pid_t left; /* a process that the child started */
} answer;

static answer found;
static char how[FL_CHILD_HOW];

static fl_child_end try_it(void (*run)(const void *, void *), unsigned seconds)
{
    static const double asked = 2.385;
    found = (answer){ .twice = 7 };
    *how = 0;
    return fl_child_try(&(fl_child_work){ run, &asked, &found, sizeof found, seconds }, how);
}

static void twice(const void *asked, void *to)
{
    ((answer *)to)->twice = 2 * *(const double *)asked;
}

static void an_answer_comes_back(void **state)
{
    assert_int_equal(try_it(twice, 20), FL_CHILD_DONE);
    assert_true(found.twice == 4.77);
}

static void crash(const void *asked, void *to)
{
    twice(asked, to);
    signal(SIGSEGV, SIG_DFL); /* not the sanitizer's handler */
    raise(SIGSEGV);
}

static void leave(const void *asked, void *to)
{
    _exit(0);
}

static void hang(const void *asked, void *to)
{
    for (;;) pause();
}

static void what_does_not_come_back_answers_nothing(void **state)
{
    assert_int_equal(try_it(crash, 20), FL_CHILD_BROKEN);
    assert_string_equal(how, "ended the process by signal 11 (Segmentation fault)");
    assert_int_equal(try_it(leave, 20), FL_CHILD_BROKEN);
    assert_string_equal(how, "ended the process with exit code 0");
    assert_int_equal(try_it(hang, 1), FL_CHILD_LATE);
    assert_string_equal(how, "came to no end within 1 s");
    assert_true(found.twice == 7);
}

static void leave_one_behind(const void *asked, void *to)
{
    pid_t other = fork();
    if (!other) hang(asked, to);
    ((answer *)to)->left = other;
}

static bool is_gone(pid_t process)
{
    for (int i = 0; i < 100; i++, usleep(20000)) {
        int status;
        waitpid(process, &status, WNOHANG); /* it has become this process's own */
        if (kill(process, 0) != 0 && errno == ESRCH) return true;
    }
    return false;
}

static void what_a_child_has_started_ends_with_it(void **state)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* or it is there until process 1 has time for it */
    double begun = fl_clock_seconds();
    assert_int_equal(try_it(leave_one_behind, 20), FL_CHILD_DONE);
    assert_true(fl_clock_seconds() - begun < 10);
    assert_true(found.left > 0);
    bool gone = is_gone(found.left);
    if (!gone) kill(found.left, SIGKILL);
    assert_true(gone);
}

/* Then the kernel forgets children at once, and nobody can wait for them. */
static void where_ends_of_children_are_ignored_nothing_waits_for_ever(void **state)
{
    int status;
    signal(SIGCHLD, SIG_IGN);
    assert_int_equal(try_it(twice, 20), FL_CHILD_DONE);
    assert_int_equal(try_it(leave, 20), FL_CHILD_BROKEN);
    pid_t child = fork();
    if (!child) _exit(0);
    assert_false(fl_child_wait(child, &status));
    fl_child_reset_signals();
    child = fork();
    if (!child) _exit(3);
    assert_true(fl_child_wait(child, &status));
    fl_child_describe(status, how, sizeof how);
    assert_string_equal(how, "ended with exit code 3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_back),
        cmocka_unit_test(what_does_not_come_back_answers_nothing),
        cmocka_unit_test(what_a_child_has_started_ends_with_it),
        cmocka_unit_test(where_ends_of_children_are_ignored_nothing_waits_for_ever),
    };
    return test_run(tests, NULL, NULL);
}
