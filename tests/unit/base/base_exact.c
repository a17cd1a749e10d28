/* The deterministic functions: close to the true values, and the same bits on every machine. */
#include "support/test.h"

#include "base/exact.h"
#include "base/hash.h"
#include "base/random.h"

enum { MANY = 20000 };

/* Distance of `found` from `truth` in units in the last place of a double. */
static double ulps(double found, long double truth)
{
    return (double)(fabsl((long double)found - truth) / ldexpl(1, ilogbl(truth) - 52));
}

static double between(fl_random_stream *stream, double low, double high)
{
    return low + (high - low) * fl_random_uniform(stream);
}

typedef struct one_argument {
    const char *name;
    double (*exact)(double);
    long double (*truth)(long double);
    double low, high;
    uint64_t bits; /* XXH3 of the MANY results: SLEEF 3.5.1 (Debian 12) on an AMD EPYC with AVX-512 */
} one_argument;

static const one_argument functions[] = {
    { "exp", fl_exact_exp, expl, -700, 700, 0xbea55f55e1b6e846 },
    { "exp near 0", fl_exact_exp, expl, -1, 1, 0x84802e66652676e0 },
    { "log", fl_exact_log, logl, 1e-300, 1, 0x6b79983f1f00d8c7 },
    { "log of large", fl_exact_log, logl, 1, 1e6, 0x866e9030d4b8e8e8 },
    { "sin", fl_exact_sin, sinl, -10, 10, 0x55d35a5cd26dfd8a },
    { "sin of large", fl_exact_sin, sinl, -1e6, 1e6, 0x1c4a1b1076a21a86 },
    { "cos", fl_exact_cos, cosl, -10, 10, 0xae23aeff21354085 },
    { "cos of large", fl_exact_cos, cosl, -1e6, 1e6, 0x8bd0a3a528f8ae9d },
};

/* SLEEF promises 1.0 ulp for its u10 functions; long double has 11 bits more than double. */
static void functions_are_within_one_ulp_and_fixed_to_the_bit(void **state)
{
    static double results[MANY];
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        const one_argument *f = &functions[i];
        fl_random_stream stream = fl_random_stream_start(1, "exact", i);
        for (size_t k = 0; k < MANY; k++) {
            double x = between(&stream, f->low, f->high);
            results[k] = f->exact(x);
            if (!(ulps(results[k], f->truth((long double)x)) <= 1))
                fail_msg("%s(%.17g) = %.17g", f->name, x, results[k]);
        }
        uint64_t bits = fl_hash(results, sizeof results);
        if (bits != f->bits) fail_msg("%s: bits 0x%016llx", f->name, (unsigned long long)bits);
    }
}

static void several_exponentials_at_once_have_the_bits_of_each(void **state)
{
    static const double edges[] = { 0, -0.0, 1, -1, -708.4, -745.2, -1000, 709.7, 1000, HUGE_VAL, -HUGE_VAL };
    double values[40], many[40];
    fl_random_stream stream = fl_random_stream_start(1, "several", 0);
    for (size_t k = 0; k < MANY; k++) {
        size_t n = k % (sizeof values / sizeof *values);
        for (size_t i = 0; i < n; i++) values[i] = between(&stream, k % 2 ? -750 : -5, k % 3 ? 0 : 10);
        if (n) values[k % n] = edges[k % (sizeof edges / sizeof *edges)];
        memcpy(many, values, sizeof many);
        fl_exact_exp_each(many, n);
        for (size_t i = 0; i < n; i++) values[i] = fl_exact_exp(values[i]);
        assert_memory_equal(many, values, n * sizeof *values);
    }
}

static void pow_is_within_one_ulp_and_fixed_to_the_bit(void **state)
{
    static double results[MANY];
    fl_random_stream stream = fl_random_stream_start(1, "exact", 100);
    for (size_t k = 0; k < MANY; k++) {
        double x = between(&stream, 0, 10), y = between(&stream, -100, 100);
        results[k] = fl_exact_pow(x, y);
        long double truth = powl((long double)x, (long double)y);
        if (truth < 1e-300L || truth > 1e300L) continue; /* overflow and subnormal results have other ulps */
        if (!(ulps(results[k], truth) <= 1)) fail_msg("pow(%.17g, %.17g) = %.17g", x, y, results[k]);
    }
    assert_true(fl_hash(results, sizeof results) == 0x32b0011567dc783c); /* from the same machine as above */
}

/* Exact by definition; decays and bias corrections stand on them. */
static void the_easy_values_are_exact(void **state)
{
    assert_true(fl_exact_exp(0) == 1 && fl_exact_exp(-HUGE_VAL) == 0 && fl_exact_exp(HUGE_VAL) == HUGE_VAL);
    assert_true(fl_exact_log(1) == 0 && fl_exact_log(0) == -HUGE_VAL && fl_exact_log(HUGE_VAL) == HUGE_VAL);
    assert_true(fl_exact_sin(0) == 0 && fl_exact_cos(0) == 1);
    assert_true(fl_exact_pow(0.3, 0) == 1 && fl_exact_pow(0, 0) == 1 && fl_exact_pow(0, 3) == 0 &&
                fl_exact_pow(1, 1e300) == 1);
    assert_true(fl_exact_pow(0.7, 1) == 0.7 && fl_exact_pow(10, 2) == 100 && fl_exact_pow(0.5, 10) == 0x1p-10);
    assert_true(isnan(fl_exact_log(-1)) && isnan(fl_exact_exp(NAN)));
}

static void nine_digits_are_kept(void **state)
{
    assert_true(fl_exact_round_9_digits(0.123456789123) == 0.123456789);
    assert_true(fl_exact_round_9_digits(1234567894.0) == 1234567890.0);
    assert_true(fl_exact_round_9_digits(1.0 / 3) == 0.333333333);
    assert_true(fl_exact_round_9_digits(1e-8) == 1e-8 && fl_exact_round_9_digits(0) == 0 &&
                fl_exact_round_9_digits(-2.5e10) == -2.5e10);
}

/* The point of rounding draws: two results a bit apart become the same number. */
static void rounding_twice_changes_nothing_and_hides_the_last_bits(void **state)
{
    fl_random_stream stream = fl_random_stream_start(1, "rounding", 0);
    for (size_t i = 0; i < 2000; i++) {
        double x = fl_exact_exp(between(&stream, -20, 20)), rounded = fl_exact_round_9_digits(x);
        assert_true(fl_exact_round_9_digits(rounded) == rounded);
        assert_true(fl_exact_round_9_digits(nextafter(x, HUGE_VAL)) == rounded);
        assert_close(rounded, x, 5e-9);
    }
}

/* Over the arguments of Box-Muller, in lengths that leave a rest, and where logarithms end. */
static void each_of_many_has_the_bits_of_one(void **state)
{
    static double x[MANY + 5], y[MANY + 5];
    fl_random_stream stream = fl_random_stream_start(2, "exact", 0);
    for (size_t n = MANY; n <= MANY + 5; n++) {
        for (size_t i = 0; i < n; i++) x[i] = y[i] = i ? 1 - fl_random_uniform(&stream) : 0x1p-53;
        fl_exact_log_each(y, n);
        for (size_t i = 0; i < n; i++) x[i] = fl_exact_log(x[i]);
        assert_memory_equal(x, y, n * sizeof *x);
        for (size_t i = 0; i < n; i++) x[i] = y[i] = between(&stream, 0, 6.283185307179586);
        fl_exact_cos_each(y, n);
        for (size_t i = 0; i < n; i++) x[i] = fl_exact_cos(x[i]);
        assert_memory_equal(x, y, n * sizeof *x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_are_within_one_ulp_and_fixed_to_the_bit),
        cmocka_unit_test(several_exponentials_at_once_have_the_bits_of_each),
        cmocka_unit_test(pow_is_within_one_ulp_and_fixed_to_the_bit),
        cmocka_unit_test(the_easy_values_are_exact),
        cmocka_unit_test(nine_digits_are_kept),
        cmocka_unit_test(rounding_twice_changes_nothing_and_hides_the_last_bits),
        cmocka_unit_test(each_of_many_has_the_bits_of_one),
    };
    return test_run(tests, NULL, NULL);
}
