/* Detectable differences against what is known of the test they plan. */
#include "base/random.h"
#include "stats/detectable.h"
#include "stats/permutation.h"
#include "support/test.h"

enum { PILOT = 400 };
static fl_stats_trial normal[PILOT];

static fl_stats_trial trial(double value)
{
    return (fl_stats_trial){ .score = value, .val_loss = value, .value = value };
}

static int set_up(void **state)
{
    fl_random_stream stream = fl_random_stream_start(1, "pilot", 0);
    for (size_t i = 0; i < PILOT; i++) normal[i] = trial(fl_random_normal(&stream));
    return 0;
}

static double detectable(size_t n, size_t k, double level)
{
    const fl_stats_arms both = { normal, normal, PILOT, PILOT, k, false };
    return fl_stats_detectable(&both, n, level, 3);
}

/* With K = 1 the test is that of two means, whose power the noncentral t distribution tells (integrated numerically):
 * two groups of 30 with standard deviation 1 must be .7356 apart at level .05, 1.0130 at level .05 / 15, to be told
 * apart in 80 %. The pilot's own standard deviation is 1 but for 7 %. */
static void a_difference_of_means_is_the_t_tests(void **state)
{
    double found = detectable(30, 1, 0.05);
    if (fabs(found - 0.7356) > 0.08) fail_msg("%g", found);
}

static void more_tests_need_larger_differences(void **state)
{
    double found = detectable(30, 1, 0.05 / 15);
    if (fabs(found - 1.013) > 0.11) fail_msg("%g", found);
}

/* The share of 400 studies, both arms drawn from the pilot and one shifted, in which the test itself finds the shift.
 */
static double power(size_t n, size_t k, double shift, double seeds_differ_by)
{
    enum { STUDIES = 400, MOST = 60 };
    size_t found = 0;
    for (size_t study = 0; study < STUDIES; study++) {
        fl_random_stream stream = fl_random_stream_start(11, "planned study", study);
        fl_stats_trial a[MOST], b[MOST];
        for (size_t i = 0; i < n; i++) {
            a[i] = normal[fl_random_below(&stream, PILOT)];
            double value = seeds_differ_by > 0 ? a[i].value + seeds_differ_by * fl_random_normal(&stream)
                                               : normal[fl_random_below(&stream, PILOT)].value;
            b[i] = trial(value + shift);
        }
        fl_stats_arms arms = { a, b, n, n, k, seeds_differ_by > 0 };
        found += fl_stats_permutation(&arms, 199, study).p <= 0.05;
    }
    return (double)found / STUDIES;
}

/* .8, give or take four standard errors of .02. */
static void the_test_finds_it_in_four_of_five_studies(void **state)
{
    const struct {
        size_t n, k;
    } cases[] = { { 30, 1 }, { 30, 6 }, { 60, 12 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double found = power(cases[i].n, cases[i].k, detectable(cases[i].n, cases[i].k, 0.05), 0);
        if (fabs(found - 0.8) > 0.08) fail_msg("N = %zu, K = %zu: %g", cases[i].n, cases[i].k, found);
    }
}

/* A pilot of pairs whose trials differ by little noise sees far less than one of unpaired arms. */
static void paired_arms_detect_smaller_differences(void **state)
{
    static fl_stats_trial other[PILOT];
    fl_random_stream stream = fl_random_stream_start(2, "pilot", 0);
    for (size_t i = 0; i < PILOT; i++) other[i] = trial(normal[i].value + 0.1 * fl_random_normal(&stream));
    const fl_stats_arms paired = { normal, other, PILOT, PILOT, 6, true };
    double found = fl_stats_detectable(&paired, 30, 0.05, 3);
    assert_true(found < detectable(30, 6, 0.05) / 3);
    double share = power(30, 6, found, 0.1);
    if (fabs(share - 0.8) > 0.08) fail_msg("%g", share);
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* What 15 pilots of `n` trials say of the best of `k` of 5 k, their median, over what 400 trials say. */
static double said_by_pilots(size_t n, size_t k)
{
    enum { PILOTS = 15 };
    double said[PILOTS];
    for (size_t i = 0; i < PILOTS; i++) {
        const fl_stats_arms pilot = { normal + 26 * i, normal + 26 * ((i + 1) % PILOTS), n, n, k, false };
        said[i] = fl_stats_detectable(&pilot, 5 * k, 0.05, 3);
        assert_false(isnan(said[i]));
    }
    qsort(said, PILOTS, sizeof *said, by_value);
    return said[PILOTS / 2] / detectable(5 * k, k, 0.05);
}

/* Twice K trials say nearly what many would, whatever K is; a pilot too small for its K is refused. */
static void a_pilot_holds_twice_k_trials(void **state)
{
    for (size_t k = 2; k <= 12; k *= 2) {
        double ratio = said_by_pilots(fl_stats_pilot(k), k);
        if (ratio < 0.75 || ratio > 1.25) fail_msg("K = %zu: %g", k, ratio);
    }
    assert_int_equal(10, fl_stats_pilot(5));
    assert_int_equal(40, fl_stats_pilot(20));
    assert_true(isnan(fl_stats_detectable(&(fl_stats_arms){ normal, normal, 39, 39, 20, false }, 100, 0.05, 1)));
}

static void what_cannot_be_said_is_not_said(void **state)
{
    fl_stats_trial equal[10], diverged[10];
    for (size_t i = 0; i < 10; i++) {
        equal[i] = trial(0.5);
        diverged[i] = trial(HUGE_VAL);
    }
    assert_true(isnan(fl_stats_detectable(&(fl_stats_arms){ equal, equal, 10, 10, 5, false }, 30, 0.05, 1)));
    assert_true(isnan(fl_stats_detectable(&(fl_stats_arms){ diverged, diverged, 10, 10, 5, false }, 30, 0.05, 1)));
    assert_true(isnan(fl_stats_detectable(&(fl_stats_arms){ normal, normal, 9, 9, 2, false }, 30, 0.05, 1)));
    assert_true(isnan(detectable(3, 1, 0.001))); /* 20 divisions of 6 cannot reach it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_difference_of_means_is_the_t_tests),
        cmocka_unit_test(more_tests_need_larger_differences),
        cmocka_unit_test(the_test_finds_it_in_four_of_five_studies),
        cmocka_unit_test(paired_arms_detect_smaller_differences),
        cmocka_unit_test(a_pilot_holds_twice_k_trials),
        cmocka_unit_test(what_cannot_be_said_is_not_said),
    };
    return test_run(tests, set_up, NULL);
}
