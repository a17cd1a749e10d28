/* Steps to a target, alone and through the distribution of the fastest of K. */
#include "support/test.h"

#include "stats/best_of.h"
#include "stats/steps.h"

static void arms_within_one_interval_are_equal(void **state)
{
    assert_true(fl_stats_steps_equal(150, 200, 50));
    assert_false(fl_stats_steps_equal(150, 250, 50));
    assert_true(fl_stats_steps_equal(INFINITY, INFINITY, 50));
    assert_false(fl_stats_steps_equal(150, INFINITY, 50));
}

/* Two of four trials reach; the best of 2 draws misses with probability (2/4)^2 and is the fastest with 1 - (3/4)^2. */
static void law_keeps_draws_without_a_hit(void **state)
{
    const fl_stats_trial trials[] = {
        { INFINITY, 0, INFINITY }, { 400, 0, 400 }, { INFINITY, 0, INFINITY }, { 250, 0, 250 }
    };
    fl_stats_distribution distribution = fl_stats_best_of(trials, 4, 2);
    assert_close(distribution.finite, 0.75, 1e-15);
    assert_true(distribution.low == 250 && distribution.median == 400 && distribution.high == INFINITY);
    assert_close(distribution.mean, (7.0 / 16 * 250 + 5.0 / 16 * 400) / 0.75, 1e-14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arms_within_one_interval_are_equal),
        cmocka_unit_test(law_keeps_draws_without_a_hit),
    };
    return test_run(tests, NULL, NULL);
}
