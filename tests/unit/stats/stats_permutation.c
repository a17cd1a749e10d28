/* The sampled permutation test against all divisions of small arms, and what infeasible trials do to it. */
#include "support/test.h"

#include "stats/expected_best.h"
#include "stats/permutation.h"

static fl_stats_trial trial(double error)
{
    return (fl_stats_trial){ .score = error, .val_loss = error, .value = error };
}

enum { N_A = 5, N_B = 6, N = N_A + N_B };
static const double ERRORS[N] = { 0.117, 0.2385, 0.131, 0.16, 0.33, 0.144, 0.31, 0.25, 0.52, 0.29, 0.42 };

static double difference_of(unsigned first_arm, size_t k)
{
    fl_stats_trial a[N], b[N];
    size_t n_a = 0, n_b = 0;
    for (unsigned i = 0; i < N; i++) {
        if (first_arm >> i & 1)
            a[n_a++] = trial(ERRORS[i]);
        else
            b[n_b++] = trial(ERRORS[i]);
    }
    double finite;
    return fl_stats_expected_best(a, n_a, k, &finite) - fl_stats_expected_best(b, n_b, k, &finite);
}

/* The shares of the C(11, 5) = 462 divisions that differ at least as much, either way or upwards; 20,000 draws know it
 * to four standard errors of .0035 at worst. */
static void p_is_the_share_of_divisions_as_extreme(void **state)
{
    fl_stats_trial trials[N];
    for (size_t i = 0; i < N; i++) trials[i] = trial(ERRORS[i]);
    for (size_t k = 1; k <= 4; k++) {
        double observed = difference_of((1u << N_A) - 1, k), extreme = 0, above = 0, all = 0;
        for (unsigned division = 0; division < 1u << N; division++) {
            if (__builtin_popcount(division) != N_A) continue;
            all++;
            double found = difference_of(division, k), rounding = 1e-12 * fabs(observed);
            extreme += fabs(found) >= fabs(observed) - rounding;
            above += found >= observed - rounding;
        }
        fl_stats_difference test = fl_stats_permutation(trials, N_A, trials + N_A, N_B, k, 20000, 17);
        assert_close(test.difference, observed, 1e-13);
        assert_true(fabs(test.p - extreme / all) < 4 * 0.0035);
        assert_true(fabs(test.p_worse - above / all) < 4 * 0.0035);
    }
}

static void swapping_the_arms_turns_the_sign_only(void **state)
{
    fl_stats_trial trials[N];
    for (size_t i = 0; i < N; i++) trials[i] = trial(ERRORS[i]);
    fl_stats_difference ab = fl_stats_permutation(trials, 5, trials + 5, 5, 2, 2000, 3);
    fl_stats_difference ba = fl_stats_permutation(trials + 5, 5, trials, 5, 2, 2000, 3);
    assert_true(ab.difference < 0);
    assert_true(ab.difference == -ba.difference);
    assert_true(fabs(ab.p - ba.p) < 0.06); /* two samples of 2,000 divisions */
}

static void equal_arms_differ_by_nothing(void **state)
{
    fl_stats_trial trials[N];
    for (size_t i = 0; i < N; i++) trials[i] = trial(0.2385);
    fl_stats_difference test = fl_stats_permutation(trials, N_A, trials + N_A, N_B, 2, 500, 1);
    assert_true(fabs(test.difference) < 1e-15);
    assert_true(test.p == 1);
}

/* No division of 20 + 20 clearly separated trials is as extreme as the real one: p is the smallest there is. */
static void separated_arms_have_the_smallest_p(void **state)
{
    fl_stats_trial a[20], b[20];
    for (size_t i = 0; i < 20; i++) a[i] = trial(0.1 + 0.001 * (double)i), b[i] = trial(0.3 + 0.001 * (double)i);
    assert_close(fl_stats_permutation(a, 20, b, 20, 4, 999, 1).p, 0.001, 1e-15);
}

/* An arm whose trials mostly diverge loses against one that is a little worse but dependable, though one lucky trial of
 * it is the best of all. */
static void divergence_counts_as_the_worst_value(void **state)
{
    fl_stats_trial lucky[20], dependable[20];
    for (size_t i = 0; i < 20; i++) {
        lucky[i] = trial(i == 7 ? 0.199 : INFINITY);
        dependable[i] = trial(0.2 + 0.03 * (double)i);
    }
    fl_stats_difference test = fl_stats_permutation(lucky, 20, dependable, 20, 4, 999, 1);
    /* The lucky trial is in a fifth of the subsets; elsewhere the worst value, .77, stands. */
    double finite;
    double expected = 0.2 * 0.199 + 0.8 * 0.77 - fl_stats_expected_best(dependable, 20, 4, &finite);
    assert_close(test.difference, expected, 1e-13);
    assert_true(test.p < 0.05);
}

static void two_arms_without_any_figure_do_not_differ(void **state)
{
    fl_stats_trial a[5], b[5];
    for (size_t i = 0; i < 5; i++) a[i] = b[i] = trial(INFINITY);
    fl_stats_difference test = fl_stats_permutation(a, 5, b, 5, 2, 99, 1);
    assert_true(test.difference == 0 && test.p == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(p_is_the_share_of_divisions_as_extreme),
        cmocka_unit_test(swapping_the_arms_turns_the_sign_only),
        cmocka_unit_test(equal_arms_differ_by_nothing),
        cmocka_unit_test(separated_arms_have_the_smallest_p),
        cmocka_unit_test(divergence_counts_as_the_worst_value),
        cmocka_unit_test(two_arms_without_any_figure_do_not_differ),
    };
    return test_run(tests, NULL, NULL);
}
