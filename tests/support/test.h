/* What every test program includes: cmocka with what it wants before it, and a few words of our own. */
#ifndef FL_TESTS_TEST_H
#define FL_TESTS_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#undef skip /* cmocka's own is silent: a program that calls it passes for CTest; test_skip is counted */

/* Run a table of tests between a set-up and a tear-down of the whole table (either may be NULL): the program's exit
 * code. Failure wins over skipping: 1 where a test failed, else TEST_SKIPPED where one was skipped, else 0. */
#define test_run(tests, set_up, tear_down) test_exit_code(cmocka_run_group_tests(tests, set_up, tear_down))
int test_exit_code(int n_failed);

/* What tells CTest that a program passed as far as it could run (SKIP_RETURN_CODE in CMakeLists.txt). */
enum { TEST_SKIPPED = 77 };

/* End the running test as skipped, with a sentence that says what is missing. */
void test_skip(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for a whole program, from main: returns its exit code. */
int test_skip_all(const char *missing);

/* Every ' of a text becomes ", so that JSON can be written without backslashes. */
void test_quote(char *text);

/* |a - b| <= tolerance * max(|a|, |b|), with both numbers in the message. */
#define assert_close(a, b, tolerance)                                                                                  \
    do {                                                                                                               \
        double a_ = (a), b_ = (b), scale_ = fmax(fabs(a_), fabs(b_));                                                  \
        if (!(fabs(a_ - b_) <= (tolerance)*scale_))                                                                    \
            fail_msg("%s = %.17g, %s = %.17g, relative difference %.3g > %.3g", #a, a_, #b, b_,                        \
                     fabs(a_ - b_) / scale_, (double)(tolerance));                                                     \
    } while (0)

/* `text` contains `part`, with both in the message. */
#define assert_contains(text, part)                                                                                    \
    do {                                                                                                               \
        if (!strstr((text), (part))) fail_msg("'%s' does not contain '%s'", (text), (part));                           \
    } while (0)

#endif
