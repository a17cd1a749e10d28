/* The U test against SciPy 1.10.1, scipy.stats.mannwhitneyu(a, b, method="exact" or "asymptotic"). */
#include "support/test.h"

#include "stats/mann_whitney.h"

static void check(const double *a, size_t n_a, const double *b, size_t n_b, double u, double p, bool exact)
{
    fl_stats_u_test test = fl_stats_mann_whitney(a, n_a, b, n_b), swapped = fl_stats_mann_whitney(b, n_b, a, n_a);
    assert_true(test.u == u);
    assert_close(test.p, p, 1e-12);
    assert_int_equal(test.exact, exact);
    assert_true(swapped.u == (double)(n_a * n_b) - u);
    assert_close(swapped.p, p, 1e-12);
}

static void small_samples_without_ties_are_exact(void **state)
{
    const double a[] = { 10.21, 10.37, 9.98, 10.55, 10.02, 10.81, 10.11, 10.29, 10.43 };
    const double b[] = { 10.48, 10.66, 10.31, 10.92, 10.74, 10.59, 10.40, 10.85, 11.03 };
    check(a, 9, b, 9, 12, 0.010612916495269437, true);
    const double c[] = { 1.5, 2.25, 3.75 }, d[] = { 0.5, 2.5, 4.0, 4.25 };
    check(c, 3, d, 4, 4, 0.6285714285714286, true);
    const double low[] = { 1, 2, 3 }, high[] = { 4, 5, 6 };
    check(low, 3, high, 3, 0, 2.0 / 20, true); /* two of the C(6, 3) orders, by hand */
}

static void ties_use_the_corrected_normal_approximation(void **state)
{
    const double a[] = { 3, 1, 4, 1, 5, 9, 2, 6, 5, 3 }, b[] = { 2, 7, 1, 8, 2, 8, 1, 8 };
    check(a, 10, b, 8, 37, 0.8223999264685382, false);
}

/* a_i = .731 (37 i mod 101) + .1, b_i = .731 (53 i mod 97) + shift. */
static void fill(double *a, size_t n_a, double *b, size_t n_b, double shift)
{
    for (size_t i = 0; i < n_a; i++) a[i] = (double)(i * 37 % 101) * 0.731 + 0.1;
    for (size_t i = 0; i < n_b; i++) b[i] = (double)(i * 53 % 97) * 0.731 + shift;
}

static void twenty_five_values_are_still_exact(void **state)
{
    double a[25], b[25];
    fill(a, 25, b, 25, 11.3777);
    check(a, 25, b, 25, 253, 0.2547760072736403, true);
}

static void larger_samples_use_the_normal_approximation(void **state)
{
    double a[30], b[28];
    fill(a, 30, b, 28, 6.3777);
    check(a, 30, b, 28, 389, 0.6350743814011242, false);
}

static void equal_samples_prove_nothing(void **state)
{
    const double a[] = { 2.5, 2.5, 2.5 };
    check(a, 3, a, 3, 4.5, 1, false);
    check(a, 1, a, 1, 0.5, 1, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_samples_without_ties_are_exact),
        cmocka_unit_test(ties_use_the_corrected_normal_approximation),
        cmocka_unit_test(twenty_five_values_are_still_exact),
        cmocka_unit_test(larger_samples_use_the_normal_approximation),
        cmocka_unit_test(equal_samples_prove_nothing),
    };
    return test_run(tests, NULL, NULL);
}
