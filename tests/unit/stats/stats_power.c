/* Detectable differences against what is known of the test they plan. */
#include "stats/power.h"
#include "base/random.h"
#include "support/test.h"

enum { PILOT = 400 };
static fl_stats_trial normal[PILOT];

static int set_up(void **state)
{
    fl_random_stream stream = fl_random_stream_start(1, "pilot", 0);
    for (size_t i = 0; i < PILOT; i++) {
        double value = fl_random_normal(&stream);
        normal[i] = (fl_stats_trial){ .score = value, .val_loss = 0, .value = value };
    }
    return 0;
}

/* With K = 1 the test is that of two means, whose power the noncentral t distribution tells (integrated numerically):
 * two groups of 30 with standard deviation 1 must be .7356 apart at level .05, 1.0130 at level .05 / 15, to be told
 * apart in 80 %. The pilot's own standard deviation is 1 but for 7 %. */
static void a_difference_of_means_is_the_t_tests(void **state)
{
    fl_stats_design design = { .n = 30, .k = 1, .level = 0.05, .seed = 3 };
    double found = fl_stats_detectable_shift(normal, PILOT, &design);
    if (fabs(found - 0.7356) > 0.08) fail_msg("%g", found);
}

static void more_pairs_need_larger_differences(void **state)
{
    fl_stats_design design = { .n = 30, .k = 1, .level = 0.05 / 15, .seed = 3 };
    double found = fl_stats_detectable_shift(normal, PILOT, &design);
    if (fabs(found - 1.013) > 0.11) fail_msg("%g", found);
}

static void equal_arms_are_found_as_often_as_the_level_says(void **state)
{
    fl_stats_design design = { .n = 30, .k = 6, .level = 0.05, .seed = 5 };
    double found = fl_stats_power(normal, PILOT, &design, 0, FL_STATS_STUDIES);
    assert_true(found > 0.005 && found < 0.05); /* one side of a two-sided .05: .025 +- 4 standard errors of .005 */
}

static void a_larger_shift_is_found_more_often(void **state)
{
    fl_stats_design design = { .n = 20, .k = 4, .level = 0.05, .seed = 7 };
    double before = 0;
    for (double shift = 0.25; shift <= 2; shift *= 2) {
        double power = fl_stats_power(normal, PILOT, &design, shift, 200);
        assert_true(power >= before);
        before = power;
    }
    assert_true(before > 0.9);
}

static void what_cannot_be_said_is_not_said(void **state)
{
    fl_stats_design design = { .n = 30, .k = 6, .level = 0.05 };
    fl_stats_trial equal[10], diverged[10];
    for (size_t i = 0; i < 10; i++) {
        equal[i] = (fl_stats_trial){ .score = 0.5, .value = 0.5 };
        diverged[i] = (fl_stats_trial){ .score = HUGE_VAL, .value = HUGE_VAL };
    }
    assert_true(isnan(fl_stats_detectable_shift(equal, 10, &design)));
    assert_true(isnan(fl_stats_detectable_shift(diverged, 10, &design)));
    assert_true(isnan(fl_stats_detectable_shift(NULL, 0, &design)));
    design = (fl_stats_design){ .n = 3, .k = 1, .level = 0.001 }; /* 20 divisions of 6 cannot reach it */
    assert_true(isnan(fl_stats_detectable_shift(normal, PILOT, &design)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_difference_of_means_is_the_t_tests),
        cmocka_unit_test(more_pairs_need_larger_differences),
        cmocka_unit_test(equal_arms_are_found_as_often_as_the_level_says),
        cmocka_unit_test(a_larger_shift_is_found_more_often),
        cmocka_unit_test(what_cannot_be_said_is_not_said),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
