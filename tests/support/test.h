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
