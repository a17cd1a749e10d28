/* Percentiles against NumPy 1.24.2's numpy.percentile, and what infinities do to them. */
#include "support/test.h"

#include "stats/sample.h"

static const double ODD[] = { 2.385, 0.117, 7.93, 3.3041, 5.5, 1.0625, 4.75 };
static const double EVEN[] = { 2.385, 0.117, 7.93, 3.3041, 5.5, 1.0625, 4.75, 6.125 };

static double percentile(const double *values, size_t n, double percent)
{
    double sorted[8];
    memcpy(sorted, values, n * sizeof *sorted);
    fl_stats_sort(sorted, n);
    return fl_stats_quantile(sorted, n, percent / 100);
}

static void percentiles_are_numpys(void **state)
{
    assert_close(percentile(ODD, 7, 0), 0.117, 0);
    assert_close(percentile(ODD, 7, 5), 0.40065, 1e-15);
    assert_close(percentile(ODD, 7, 25), 1.72375, 1e-15);
    assert_close(percentile(ODD, 7, 37.5), 2.614775, 1e-15);
    assert_close(percentile(ODD, 7, 95), 7.201, 1e-15);
    assert_close(percentile(ODD, 7, 100), 7.93, 0);
    assert_close(percentile(EVEN, 8, 5), 0.447925, 1e-15);
    assert_close(percentile(EVEN, 8, 95), 7.29825, 1e-15);
    assert_close(fl_stats_median(ODD, 7), 3.3041, 0);
    assert_close(fl_stats_median(EVEN, 8), 4.02705, 1e-15);
}

static void infinite_values_give_infinite_percentiles_but_never_nan(void **state)
{
    const double sorted[] = { 1.5, 2.25, 4.75, INFINITY, INFINITY };
    assert_close(fl_stats_quantile(sorted, 5, 0.5), 4.75, 0); /* all weight lies on a finite value */
    assert_true(fl_stats_quantile(sorted, 5, 0.51) == INFINITY);
    assert_true(fl_stats_quantile(sorted, 5, 0.9) == INFINITY);
    assert_true(fl_stats_quantile(sorted, 5, 1) == INFINITY);
    assert_true(fl_stats_median(&sorted[3], 2) == INFINITY);
    assert_close(fl_stats_median(sorted, 1), 1.5, 0);
}

static void order_keeps_equal_values_in_place(void **state)
{
    const double values[] = { 3.5, INFINITY, 1.25, 3.5, 1.25 };
    const size_t expected[] = { 2, 4, 0, 3, 1 };
    size_t order[5];
    fl_stats_order(values, 5, order);
    for (size_t i = 0; i < 5; i++) assert_int_equal(order[i], expected[i]);
}

/* Ranks 1 and 2 fall to both 1s, 3 and 4 to both 3s; two pairs, each of 2^3 - 2. */
static void equal_values_share_the_mean_of_their_ranks(void **state)
{
    const double values[] = { 3, 1, 3, INFINITY, 1 }, expected[] = { 3.5, 1.5, 3.5, 5, 1.5 };
    double ranks[5];
    assert_close(fl_stats_ranks(values, 5, ranks), 12, 0);
    for (size_t i = 0; i < 5; i++) assert_close(ranks[i], expected[i], 0);
}

static void mean_leaves_out_infinite_values_and_tells_their_weight(void **state)
{
    const double values[] = { 1.5, INFINITY, 4.0 }, weights[] = { 0.25, 0.25, 0.5 };
    double finite;
    assert_close(fl_stats_finite_mean(values, weights, 3, &finite), (0.375 + 2) / 0.75, 1e-15);
    assert_close(finite, 0.75, 0);
    assert_close(fl_stats_finite_mean(values, weights, 1, &finite), 1.5, 0);
    assert_close(finite, 1, 0);
    assert_true(fl_stats_finite_mean(&values[1], weights, 1, &finite) == INFINITY);
    assert_true(finite == 0);
}

/* sqrt(.1 .9 / 10000) = .003: an error of 10 % on a test set of ten thousand is known to .3 points. */
static void standard_error_of_a_rate_is_the_binomial_one(void **state)
{
    assert_close(fl_stats_rate_error(0.1, 10000), 0.003, 1e-15);
    assert_true(fl_stats_rate_error(0, 10000) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_are_numpys),
        cmocka_unit_test(infinite_values_give_infinite_percentiles_but_never_nan),
        cmocka_unit_test(order_keeps_equal_values_in_place),
        cmocka_unit_test(equal_values_share_the_mean_of_their_ranks),
        cmocka_unit_test(mean_leaves_out_infinite_values_and_tells_their_weight),
        cmocka_unit_test(standard_error_of_a_rate_is_the_binomial_one),
    };
    return test_run(tests, NULL, NULL);
}
