/* The permutation test against all divisions of small arms, taken in turn or drawn, and what infeasible trials do to
 * it. What SciPy says of the same statistic is in scipy.py. */
#include "support/test.h"

#include "stats/expected_best.h"
#include "stats/permutation.h"

static fl_stats_trial trial(double error)
{
    return (fl_stats_trial){ .score = error, .val_loss = error, .value = error };
}

enum { N_A = 5, N_B = 6, N = N_A + N_B };
static const double ERRORS[N] = { 0.117, 0.2385, 0.131, 0.16, 0.33, 0.144, 0.31, 0.25, 0.52, 0.29, 0.42 };

static fl_stats_difference test_of(const fl_stats_trial *a, size_t n_a, const fl_stats_trial *b, size_t n_b, size_t k,
                                   size_t permutations, uint64_t seed)
{
    const fl_stats_arms arms = { a, b, n_a, n_b, k, false };
    return fl_stats_permutation(&arms, permutations, seed);
}

static double expected(const fl_stats_trial *trials, size_t n, size_t k)
{
    return fl_stats_expected_best(trials, n, k, &(double){ 0 });
}

/* The jackknife as it is defined: the statistic anew without each trial. */
static double jackknife_variance(const fl_stats_trial *trials, size_t n, size_t k)
{
    double without[N], mean = 0, sum = 0;
    for (size_t left_out = 0; left_out < n; left_out++) {
        fl_stats_trial rest[N];
        size_t at = 0;
        for (size_t i = 0; i < n; i++)
            if (i != left_out) rest[at++] = trials[i];
        without[left_out] = expected(rest, at, k);
        mean += without[left_out] / (double)n;
    }
    for (size_t i = 0; i < n; i++) sum += (without[i] - mean) * (without[i] - mean);
    return sum * (double)(n - 1) / (double)n;
}

static double studentized(unsigned first_arm, size_t k, double *difference)
{
    fl_stats_trial a[N], b[N];
    size_t n_a = 0, n_b = 0;
    for (unsigned i = 0; i < N; i++) {
        if (first_arm >> i & 1)
            a[n_a++] = trial(ERRORS[i]);
        else
            b[n_b++] = trial(ERRORS[i]);
    }
    *difference = expected(a, n_a, k) - expected(b, n_b, k);
    return *difference / sqrt(jackknife_variance(a, n_a, k) + jackknife_variance(b, n_b, k));
}

/* What random divisions find, one fewer than there are, over many seeds: their share is known to four standard errors
 * of .0037 at worst. The one that happened is counted beside them. */
static void check_drawn(const fl_stats_arms *arms, size_t divisions, double share, double share_above)
{
    size_t drawn = divisions - 1, seeds = 18500 / drawn;
    double any = 0, above = 0, tried = (double)(drawn * seeds);
    for (size_t seed = 1; seed <= seeds; seed++) {
        fl_stats_difference test = fl_stats_permutation(arms, drawn, seed);
        any += (test.p * (double)divisions - 1) / tried;
        above += (test.p_worse * (double)divisions - 1) / tried;
    }
    assert_true(fabs(any - share) < 4 * 0.0037);
    assert_true(fabs(above - share_above) < 4 * 0.0037);
}

/* The shares of the C(11, 5) = 462 divisions that are at least as extreme, either way or upwards. */
static void p_is_the_share_of_divisions_as_extreme(void **state)
{
    fl_stats_trial trials[N];
    for (size_t i = 0; i < N; i++) trials[i] = trial(ERRORS[i]);
    for (size_t k = 1; k <= 4; k++) {
        double difference, other, extreme = 0, above = 0, all = 0;
        double observed = studentized((1u << N_A) - 1, k, &difference);
        for (unsigned division = 0; division < 1u << N; division++) {
            if (__builtin_popcount(division) != N_A) continue;
            all++;
            double found = studentized(division, k, &other), rounding = 1e-9 * fabs(observed);
            extreme += fabs(found) >= fabs(observed) - rounding;
            above += found >= observed - rounding;
        }
        const fl_stats_arms arms = { trials, trials + N_A, N_A, N_B, k, false };
        fl_stats_difference test = fl_stats_permutation(&arms, 462, 17);
        assert_close(test.difference, difference, 1e-13);
        assert_close(test.difference / test.standard_error, observed, 1e-9);
        assert_close(test.p, extreme / all, 1e-12);
        assert_close(test.p_worse, above / all, 1e-12);
        check_drawn(&arms, 462, extreme / all, above / all);
    }
}

/* Six pairs with K = 1: the mean of the differences over its jackknife error is the paired t statistic, and p the share
 * of the 2^6 sign changes that are as extreme. The differences .02, -.01, .03, .05, .01, .04 have mean .023333 */
static void paired_arms_swap_labels_within_a_pair(void **state)
{
    const double a_errors[] = { 0.22, 0.40, 0.31, 0.18, 0.55, 0.29 },
                 differences[] = { 0.02, -0.01, 0.03, 0.05, 0.01, 0.04 };
    fl_stats_trial a[6], b[6];
    double mean = 0, squares = 0, extreme = 0, above = 0;
    for (size_t i = 0; i < 6; i++) {
        a[i] = trial(a_errors[i]);
        b[i] = trial(a_errors[i] - differences[i]);
        mean += differences[i] / 6;
    }
    for (size_t i = 0; i < 6; i++) squares += (differences[i] - mean) * (differences[i] - mean);
    for (unsigned signs = 0; signs < 64; signs++) {
        double swapped = 0;
        for (unsigned i = 0; i < 6; i++) swapped += (signs >> i & 1 ? -differences[i] : differences[i]) / 6;
        extreme += fabs(swapped) >= mean - 1e-12; /* with the sum of squares fixed, t grows with the mean */
        above += swapped >= mean - 1e-12;
    }
    const fl_stats_arms arms = { a, b, 6, 6, 1, true };
    fl_stats_difference test = fl_stats_permutation(&arms, 64, 5);
    assert_close(test.difference, mean, 1e-12);
    assert_close(test.standard_error, sqrt(squares / 30), 1e-9);
    assert_close(test.p, extreme / 64, 1e-12);
    assert_close(test.p_worse, above / 64, 1e-12);
    check_drawn(&arms, 64, extreme / 64, above / 64);
    assert_close(fl_stats_permutation_least(6, 6, true), 2.0 / 64, 0);
}

/* Trials that share a point and differ by a constant: whatever the spread, a paired test sees it and an unpaired one
 * does not. */
static void pairs_show_what_the_spread_hides(void **state)
{
    fl_stats_trial a[20], b[20];
    for (size_t i = 0; i < 20; i++) {
        a[i] = trial(0.1 + 0.04 * (double)(i * 7 % 20));
        b[i] = trial(a[i].value + 0.01);
    }
    const fl_stats_arms paired = { a, b, 20, 20, 4, true };
    assert_close(fl_stats_permutation(&paired, 999, 1).p, 0.001, 1e-15);
    assert_true(test_of(a, 20, b, 20, 4, 999, 1).p > 0.5);
}

static void swapping_the_arms_turns_the_sign_only(void **state)
{
    fl_stats_trial trials[N];
    for (size_t i = 0; i < N; i++) trials[i] = trial(ERRORS[i]);
    fl_stats_difference ab = test_of(trials, 5, trials + 5, 5, 2, 2000, 3);
    fl_stats_difference ba = test_of(trials + 5, 5, trials, 5, 2, 2000, 3);
    assert_true(ab.difference < 0);
    assert_true(ab.difference == -ba.difference);
    assert_close(ab.p, ba.p, 1e-15); /* of all 252 divisions */
}

static void equal_arms_differ_by_nothing(void **state)
{
    fl_stats_trial trials[N];
    for (size_t i = 0; i < N; i++) trials[i] = trial(0.2385);
    fl_stats_difference test = test_of(trials, N_A, trials + N_A, N_B, 2, 500, 1);
    assert_true(fabs(test.difference) < 1e-15);
    assert_true(test.p == 1);
}

/* No division of 20 + 20 clearly separated trials is as extreme as the real one: p is the smallest there is. */
static void separated_arms_have_the_smallest_p(void **state)
{
    fl_stats_trial a[20], b[20];
    for (size_t i = 0; i < 20; i++) a[i] = trial(0.1 + 0.001 * (double)i), b[i] = trial(0.3 + 0.001 * (double)i);
    assert_close(test_of(a, 20, b, 20, 4, 999, 1).p, 0.001, 1e-15);
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
    fl_stats_difference test = test_of(lucky, 20, dependable, 20, 4, 999, 1);
    /* The lucky trial is in a fifth of the subsets; elsewhere the worst value, .77, stands. */
    double finite;
    double expected = 0.2 * 0.199 + 0.8 * 0.77 - fl_stats_expected_best(dependable, 20, 4, &finite);
    assert_close(test.difference, expected, 1e-13);
    assert_true(test.p_worse < 0.05);
}

static void two_arms_without_any_figure_do_not_differ(void **state)
{
    fl_stats_trial a[5], b[5];
    for (size_t i = 0; i < 5; i++) a[i] = b[i] = trial(INFINITY);
    fl_stats_difference test = test_of(a, 5, b, 5, 2, 99, 1);
    assert_true(test.difference == 0 && test.p == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(p_is_the_share_of_divisions_as_extreme),
        cmocka_unit_test(paired_arms_swap_labels_within_a_pair),
        cmocka_unit_test(pairs_show_what_the_spread_hides),
        cmocka_unit_test(swapping_the_arms_turns_the_sign_only),
        cmocka_unit_test(equal_arms_differ_by_nothing),
        cmocka_unit_test(separated_arms_have_the_smallest_p),
        cmocka_unit_test(divergence_counts_as_the_worst_value),
        cmocka_unit_test(two_arms_without_any_figure_do_not_differ),
    };
    return test_run(tests, NULL, NULL);
}
