/* Initial values: their statistics, their bits, their streams. */
#include "support/test.h"
#include "base/hash.h"
#include "base/memory.h"
#include "init/init.h"
#include "init/orthogonal.h"

enum { OUT = 200, IN = 300, N = OUT * IN };

static const fl_tensor matrix = { .name = "t.weight", .shape = { OUT, IN }, .n_dims = 2, .n_values = N, .count = N };
static const fl_tensor filters = {
    .name = "t.weight", .shape = { 120, 20, 5, 5 }, .n_dims = 4, .n_values = N, .count = N
};

static float values[N];

static void draw(const char *rule, double argument, const fl_tensor *block, size_t tensor, uint64_t seed)
{
    fl_init init = { fl_init_find(rule, NULL), argument, 0.25 };
    assert_non_null(init.weights);
    fl_init_tensor(&init, block, tensor, seed, values);
}

static double variance(void)
{
    double total = 0;
    for (size_t i = 0; i < N; i++) total += (double)values[i] * values[i];
    return total / N;
}

static double mean(void)
{
    double total = 0;
    for (size_t i = 0; i < N; i++) total += values[i];
    return total / N;
}

static double largest(void)
{
    double most = 0;
    for (size_t i = 0; i < N; i++) most = fmax(most, fabs((double)values[i]));
    return most;
}

/* The variance of n normal draws has a relative deviation of sqrt(2/n) = .0058 here; four of them. */
static void check(const char *rule, double argument, const fl_tensor *block, double expected, double bound)
{
    draw(rule, argument, block, 0, 1);
    assert_close(variance(), expected, 4 * sqrt(2.0 / N));
    assert_true(fabs(mean()) < 4 * sqrt(expected / N));
    assert_true(largest() <= bound && largest() > 0.99 * (isfinite(bound) ? bound : 0));
}

static void rules_have_their_variance_and_bounds(void **state)
{
    check("he_normal", 0, &matrix, 2.0 / IN, HUGE_VAL);
    check("he_uniform", 0, &matrix, 2.0 / IN, (float)sqrt(6.0 / IN));
    check("glorot_normal", 0, &matrix, 2.0 / (IN + OUT), HUGE_VAL);
    check("glorot_uniform", 0, &matrix, 2.0 / (IN + OUT), (float)sqrt(6.0 / (IN + OUT)));
    /* 1 - 4 phi(2) / (2 Phi(2) - 1) = .7737413 for phi(2) = .05399097, Phi(2) = .97724987 */
    check("truncated_normal", 0.1, &matrix, 0.01 * .7737413, 0.2f);
}

static void uniform_has_its_bound(void **state)
{
    check("uniform", 0.3, &matrix, 0.3 * 0.3 / 3, 0.3f);
}

/* The largest distance of rows times rows (columns times columns) of a matrix in `values` from 1 or 0. */
static double distance_from_orthogonal(const float *m, size_t rows, size_t columns)
{
    bool wide = rows < columns;
    size_t n = wide ? rows : columns, length = wide ? columns : rows, far = wide ? columns : 1,
           near = wide ? 1 : columns;
    double most = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double dot = 0;
            for (size_t k = 0; k < length; k++) dot += (double)m[i * far + k * near] * m[j * far + k * near];
            most = fmax(most, fabs(dot - (i == j)));
        }
    return most;
}

/* Rounding to float leaves some 1e-8 of each of up to 300 products. */
static void orthogonal_matrices_are_orthogonal(void **state)
{
    fl_tensor tall = { .name = "t.weight", .shape = { IN, OUT }, .n_dims = 2, .n_values = N, .count = N };
    fl_tensor gates = { .name = "t.weight", .shape = { 4 * 30, 50 }, .n_dims = 2, .n_values = 6000, .n_matrices = 4 };
    draw("orthogonal", 0, &matrix, 0, 1);
    assert_true(distance_from_orthogonal(values, OUT, IN) < 1e-6);
    assert_close(variance(), 1.0 / IN, 1e-6);
    draw("orthogonal", 0, &tall, 0, 1);
    assert_true(distance_from_orthogonal(values, IN, OUT) < 1e-6);
    draw("orthogonal", 0, &filters, 0, 1); /* 120 x 500 */
    assert_true(distance_from_orthogonal(values, 120, 500) < 1e-6);
    draw("orthogonal", 0, &gates, 0, 1);
    for (size_t g = 0; g < 4; g++) assert_true(distance_from_orthogonal(values + g * 1500, 30, 50) < 1e-6);
    assert_true(distance_from_orthogonal(values, 60, 50) > 1e-3); /* each gate by itself */
}

/* Q of a 2 x 2 matrix by hand: (3, 4) of length 5 is the first column with R's diagonal positive; the second column is
 * at right angles on the side of (1, 2): (-4, 3) / 5. */
static void an_orthogonal_matrix_is_q_of_a_positive_r(void **state)
{
    float a[] = { 3, 1, /**/ 4, 2 };
    fl_init_make_orthogonal(a, 2, 2);
    double expected[] = { .6, -.8, /**/ .8, .6 };
    for (size_t i = 0; i < 4; i++) assert_close(a[i], expected[i], 1e-7);
}

/* Martens 2010: 15 connections of each unit, or all where there are fewer; normal of variance 1. */
static void sparse_units_have_fifteen_connections(void **state)
{
    fl_tensor few = { .name = "t.weight", .shape = { OUT, 7 }, .n_dims = 2, .n_values = 7 * OUT };
    draw("sparse", 0, &few, 0, 1);
    for (size_t i = 0; i < 7 * OUT; i++) assert_true(values[i] != 0);
    draw("sparse", 0, &matrix, 0, 1);
    for (size_t row = 0; row < OUT; row++) {
        size_t n = 0;
        for (size_t i = 0; i < IN; i++) n += values[row * IN + i] != 0;
        assert_int_equal(n, 15);
    }
    assert_close(variance() * N, 15 * OUT, 4 * sqrt(2.0 / (15 * OUT)));
}

static void a_filter_counts_its_area(void **state)
{
    check("he_normal", 0, &filters, 2.0 / (20 * 25), HUGE_VAL);
    check("glorot_normal", 0, &filters, 2.0 / (20 * 25 + 120 * 25), HUGE_VAL);
}

static void a_bias_starts_at_its_constant_and_a_constant_rule_at_its_value(void **state)
{
    fl_tensor bias = {
        .name = "t.bias", .start = FL_TENSOR_BIAS, .shape = { OUT }, .n_dims = 1, .n_values = OUT, .count = OUT
    };
    draw("he_normal", 0, &bias, 0, 1);
    for (size_t i = 0; i < OUT; i++) assert_true(values[i] == 0.25f);
    draw("constant", 3, &matrix, 0, 1);
    for (size_t i = 0; i < N; i++) assert_true(values[i] == 3);
}

static void each_tensor_and_each_seed_draws_from_its_own_stream(void **state)
{
    draw("he_normal", 0, &matrix, 0, 1);
    float first = values[0];
    draw("he_normal", 0, &matrix, 1, 1);
    assert_true(values[0] != first);
    draw("he_normal", 0, &matrix, 0, 2);
    assert_true(values[0] != first);
    draw("he_normal", 0, &filters, 0, 1); /* the same draws, scaled by sqrt(2/fan_in) */
    assert_close(values[0], first * sqrt(300.0 / 500), 1e-7);
}

/* Recorded with gcc 12 at -O3; -O0, -O2 with sanitizers and clang 14 gave the same. */
static void the_bits_are_fixed(void **state)
{
    static const char *const expected[] = { "39f9c76766fe40d2", "f46ffa0ffd1b24ae", "963ebd183935f98e",
                                            "6f31a1f3af2f490e", "d573c91d116b4678" };
    char text[FL_HASH_TEXT];
    for (size_t i = 0; i < 5; i++) {
        draw(fl_init_rules()[i]->entry.name, 0.05, &matrix, 3, 12345);
        fl_hash_text(fl_hash(values, sizeof values), text);
        assert_string_equal(text, expected[i]);
    }
}

static void an_unknown_rule_is_answered_with_the_known_ones(void **state)
{
    fl_error error;
    assert_null(fl_init_find("xavier", &error));
    assert_string_equal(error.text,
                        "unknown initialisation 'xavier'; use he_normal, he_uniform, "
                        "glorot_normal, glorot_uniform, truncated_normal, uniform, orthogonal, sparse or constant");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_have_their_variance_and_bounds),
        cmocka_unit_test(uniform_has_its_bound),
        cmocka_unit_test(orthogonal_matrices_are_orthogonal),
        cmocka_unit_test(an_orthogonal_matrix_is_q_of_a_positive_r),
        cmocka_unit_test(sparse_units_have_fifteen_connections),
        cmocka_unit_test(a_filter_counts_its_area),
        cmocka_unit_test(a_bias_starts_at_its_constant_and_a_constant_rule_at_its_value),
        cmocka_unit_test(each_tensor_and_each_seed_draws_from_its_own_stream),
        cmocka_unit_test(the_bits_are_fixed),
        cmocka_unit_test(an_unknown_rule_is_answered_with_the_known_ones),
    };
    return test_run(tests, NULL, NULL);
}
