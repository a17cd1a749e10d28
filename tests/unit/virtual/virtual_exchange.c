/* The model of a step over a network, against numbers worked out by hand. */
#include "support/test.h"
#include "virtual/exchange.h"

#include <math.h>

/* 13.1 MB, the gradient of simple_cnn's 3,274,634 parameters, in 2 messages over 1 Gbit/s of 10 us: 104.8083 ms. */
static const fl_virtual_step step = { .compute = .1, .bytes = 4 * 3274634, .messages = 2 };
static const fl_virtual_link gigabit = { .latency = 10e-6, .bandwidth = 1e9 / 8, .copying = INFINITY };

static void the_longer_of_computing_and_sending_counts(void **state)
{
    fl_virtual_step slow = step;
    assert_true(fabs(fl_virtual_step_whole(&step, &gigabit, 2) - .104808288) < 1e-9);
    slow.compute = .2;
    assert_true(fl_virtual_step_whole(&slow, &gigabit, 2) == .2);
    slow.before = .15; /* only what comes after it hides the sending */
    assert_true(fabs(fl_virtual_step_whole(&slow, &gigabit, 2) - .254808288) < 1e-9);
}

static void what_the_computing_core_copies_is_not_hidden(void **state)
{
    fl_virtual_link copied = gigabit;
    copied.copying = gigabit.bandwidth;
    assert_true(fabs(fl_virtual_step_whole(&step, &copied, 2) - .204788288) < 1e-9);
    assert_true(fabs(fl_virtual_step_in_parts(&step, &copied, 2) - .204788288) < 1e-9);
    copied.copying = 4 * gigabit.bandwidth;
    assert_true(fabs(fl_virtual_step_whole(&step, &copied, 2) - .126197072) < 1e-9);
}

/* To seven others: 7 (2 a + n / b); in parts 14 (2 a + n / 8 b). */
static void sums_that_go_to_everybody_cost_as_many_times(void **state)
{
    assert_true(fabs(fl_virtual_step_whole(&step, &gigabit, 8) - 7 * (20e-6 + .104788288)) < 1e-9);
    assert_true(fabs(fl_virtual_step_in_parts(&step, &gigabit, 8) - 14 * (20e-6 + .104788288 / 8)) < 1e-9);
}

static void alone_nothing_is_sent(void **state)
{
    assert_true(fl_virtual_step_whole(&step, &gigabit, 1) == .1 && fl_virtual_step_in_parts(&step, &gigabit, 1) == .1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longer_of_computing_and_sending_counts),
        cmocka_unit_test(what_the_computing_core_copies_is_not_hidden),
        cmocka_unit_test(sums_that_go_to_everybody_cost_as_many_times),
        cmocka_unit_test(alone_nothing_is_sent),
    };
    return test_run(tests, NULL, NULL);
}
