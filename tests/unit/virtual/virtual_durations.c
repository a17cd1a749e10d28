/* Durations against the closed forms of their distributions. */
#include "base/exact.h"
#include "support/test.h"
#include "virtual/durations.h"

#include <math.h>
#include <stdlib.h>

enum { N = 40000 };

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Sorted, in nanoseconds. */
static const uint64_t *drawn(const fl_virtual_duration *duration)
{
    static uint64_t of[N];
    fl_random_stream stream = fl_random_stream_start(3, "durations", 0);
    for (size_t i = 0; i < N; i++) of[i] = fl_virtual_duration_draw(duration, &stream);
    qsort(of, N, sizeof *of, by_value);
    return of;
}

static double mean_of(const uint64_t *of)
{
    double sum = 0;
    for (size_t i = 0; i < N; i++) sum += fl_virtual_seconds(of[i]) / N;
    return sum;
}

/* A fraction p of N draws lies within three binomial standard errors, p (1-p) / N under the root, of its quantile. */
static void assert_quantile(const uint64_t *of, double p, double seconds)
{
    double below = 0;
    for (size_t i = 0; i < N; i++) below += fl_virtual_seconds(of[i]) < seconds;
    if (fabs(below / N - p) > 3 * sqrt(p * (1 - p) / N))
        fail_msg("%g of the draws below %g, not %g", below / N, seconds, p);
}

static void constants_are_whole_nanoseconds(void **state)
{
    fl_random_stream stream = fl_random_stream_start(3, "durations", 0);
    fl_virtual_duration duration = { .mean = 0.1234567891 };
    assert_int_equal(fl_virtual_duration_draw(&duration, &stream), 123456789);
    duration.mean = 0;
    assert_int_equal(fl_virtual_duration_draw(&duration, &stream), 0);
}

/* Quantile -m log(1-p). */
static void exponential_durations_have_its_quantiles(void **state)
{
    const fl_virtual_duration duration = { FL_VIRTUAL_EXPONENTIAL, .mean = 0.25 };
    const uint64_t *of = drawn(&duration);
    for (double p = 0.1; p < 0.95; p += 0.2) assert_quantile(of, p, -0.25 * fl_exact_log(1 - p));
    assert_true(fabs(mean_of(of) - 0.25) < 3 * 0.25 / sqrt(N));
}

/* Quantiles m exp(s z - s^2/2) at z = -1.2816, 0, 1.2816 for p = 0.1, 0.5, 0.9 (tables of the normal distribution);
 * variance m^2 (exp(s^2) - 1). */
static void lognormal_durations_have_its_quantiles_and_mean(void **state)
{
    const fl_virtual_duration duration = { FL_VIRTUAL_LOGNORMAL, .mean = 2, .spread = 0.6 };
    const uint64_t *of = drawn(&duration);
    static const double p[] = { 0.1, 0.5, 0.9 }, z[] = { -1.2815515655446004, 0, 1.2815515655446004 };
    for (size_t i = 0; i < 3; i++) assert_quantile(of, p[i], 2 * fl_exact_exp(0.6 * z[i] - 0.18));
    assert_true(fabs(mean_of(of) - 2) < 3 * 2 * sqrt((fl_exact_exp(0.36) - 1) / N));
}

/* Least value m (a-1)/a, quantile that times (1-p)^(-1/a); variance m^2 / (a (a-2)) above a = 2. */
static void pareto_durations_have_its_quantiles_and_mean(void **state)
{
    const fl_virtual_duration duration = { FL_VIRTUAL_PARETO, .mean = 1.5, .spread = 3 };
    const uint64_t *of = drawn(&duration);
    assert_true(of[0] >= 1000000000 && of[0] < 1000200000);
    for (double p = 0.1; p < 0.95; p += 0.2) assert_quantile(of, p, fl_exact_pow(1 - p, -1.0 / 3));
    assert_true(fabs(mean_of(of) - 1.5) < 3 * 1.5 / sqrt(3.0 * N));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants_are_whole_nanoseconds),
        cmocka_unit_test(exponential_durations_have_its_quantiles),
        cmocka_unit_test(lognormal_durations_have_its_quantiles_and_mean),
        cmocka_unit_test(pareto_durations_have_its_quantiles_and_mean),
    };
    return test_run(tests, NULL, NULL);
}
