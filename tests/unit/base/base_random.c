/* The random streams: Philox against its authors' vectors, the distributions of what is drawn, and the independence of
 * streams. Draws are fixed by their seeds, so a bound of five standard deviations is no gamble: it is kept for ever or
 * never. */
#include "support/test.h"

#include "base/random.h"

enum { MANY = 100000 };

typedef struct known_answer {
    uint32_t counter[4], key[2], draws[4];
} known_answer;

/* kat_vectors of Random123 (Salmon et al. 2011), rows "philox4x32 10". */
static const known_answer known_answers[] = {
    { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
    { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
      { 0xffffffff, 0xffffffff },
      { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
    { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
      { 0xa4093822, 0x299f31d0 },
      { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
};

static void a_block_is_philox_4x32_10(void **state)
{
    for (size_t i = 0; i < sizeof known_answers / sizeof *known_answers; i++) {
        const known_answer *known = &known_answers[i];
        fl_random_stream stream = { .used = 4 };
        memcpy(stream.counter, known->counter, sizeof stream.counter);
        memcpy(stream.key, known->key, sizeof stream.key);
        for (size_t k = 0; k < 4; k++) assert_int_equal(fl_random_u32(&stream), known->draws[k]);
    }
}

static void draws_from_anywhere_are_the_same_draws(void **state)
{
    enum { DRAWS = 1000 };
    uint32_t in_order[DRAWS], some[DRAWS];
    fl_random_stream stream = fl_random_stream_start(5, "dropout", 9);
    for (size_t i = 0; i < DRAWS; i++) in_order[i] = fl_random_u32(&stream);
    for (size_t first = 0; first < 7; first++)
        for (size_t n = 1; n <= DRAWS - first; n += 331) {
            fl_random_u32s(&stream, first, some, n);
            assert_memory_equal(some, in_order + first, n * sizeof *some);
        }
}

/* Philox and XXH32 written again in Python, with integers: the draws of (1, "init", 0) are e59e7d0e79988053,
 * e5d88e66d91a95b9, fd4301855cbe622b in pairs of 32 bits, low half first; a uniform is the upper 53 bits. */
static void a_named_stream_starts_where_its_name_says(void **state)
{
    fl_random_stream stream = fl_random_stream_start(1, "init", 0);
    const uint32_t expected[] = { 0x79988053, 0xe59e7d0e, 0xd91a95b9, 0xe5d88e66, 0x5cbe622b, 0xfd430185 };
    for (size_t i = 0; i < 6; i++) assert_int_equal(fl_random_u32(&stream), expected[i]);
    stream = fl_random_stream_start(1, "init", 0);
    assert_true(fl_random_uniform(&stream) == 0.8969495926226916);
    assert_true(fl_random_uniform(&stream) == 0.8978356362432385);
}

/* Box and Muller 1958: sqrt(-2 ln(1 - u)) cos(2 pi v) of the two uniforms above, in Python 3.11. */
static void a_normal_is_made_of_two_uniforms(void **state)
{
    fl_random_stream stream = fl_random_stream_start(1, "init", 0);
    assert_close(fl_random_normal(&stream), 1.7075577095607311, 1e-15);
}

/* The Python of the draws: seeds of (first, index, repeat). Records hold them, so they may never change. */
static void derived_seeds_are_fixed_for_ever(void **state)
{
    assert_true(fl_random_seed_derive(1, 0, 0) == 5321564625415947);
    assert_true(fl_random_seed_derive(1, 1, 0) == 3232965011728794);
    assert_true(fl_random_seed_derive(1, 0, 1) == 3889678664532875);
    assert_true(fl_random_seed_derive(1, 7, 1003) == 7216348193399276);
    assert_true(fl_random_seed_derive(((uint64_t)1 << 53) - 1, 123456, 19) == 1172715869706015);
}

static int compare_seeds(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Among 10,000 seeds of 53 bits a collision has probability 6e-9. */
static void derived_seeds_differ_and_fit_a_double(void **state)
{
    static uint64_t seeds[10000];
    for (size_t i = 0; i < 10000; i++) seeds[i] = fl_random_seed_derive(1, i / 10, i % 10);
    qsort(seeds, 10000, sizeof *seeds, compare_seeds);
    assert_true(seeds[9999] < (uint64_t)1 << 53);
    for (size_t i = 1; i < 10000; i++) assert_true(seeds[i] != seeds[i - 1]);
}

/* Correlation of two streams of uniforms, in standard deviations. */
static double correlation(fl_random_stream a, fl_random_stream b)
{
    double sum = 0;
    for (size_t i = 0; i < MANY; i++) sum += (fl_random_uniform(&a) - 0.5) * (fl_random_uniform(&b) - 0.5);
    return 12 * sum / sqrt(MANY);
}

static void neighbouring_streams_are_not_correlated(void **state)
{
    fl_random_stream stream = fl_random_stream_start(1, "order", 0);
    const fl_random_stream others[] = {
        fl_random_stream_start(2, "order", 0),
        fl_random_stream_start((uint64_t)1 << 32 | 1, "order", 0),
        fl_random_stream_start(1, "ordes", 0),
        fl_random_stream_start(1, "order", 1),
        fl_random_stream_start(1, "order", (uint64_t)1 << 32),
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) assert_true(fabs(correlation(stream, others[i])) < 5);
    assert_true(correlation(stream, stream) > 100); /* the measure can tell */
}

/* Sums of powers of n draws. */
typedef struct moments {
    double mean, square, cube, fourth, least, most;
} moments;

static moments moments_of(double (*draw)(fl_random_stream *), fl_random_stream stream)
{
    moments m = { .least = HUGE_VAL, .most = -HUGE_VAL };
    for (size_t i = 0; i < MANY; i++) {
        double x = draw(&stream);
        m.mean += x / MANY;
        m.square += x * x / MANY;
        m.cube += x * x * x / MANY;
        m.fourth += x * x * x * x / MANY;
        m.least = fmin(m.least, x);
        m.most = fmax(m.most, x);
    }
    return m;
}

/* E x^k = 1/(k+1) with variance 1/(2k+1) - 1/(k+1)^2. */
static void uniforms_have_the_moments_of_the_uniform_law(void **state)
{
    moments m = moments_of(fl_random_uniform, fl_random_stream_start(5, "uniform", 0));
    const double found[] = { m.mean, m.square, m.cube, m.fourth };
    for (int k = 1; k <= 4; k++) {
        double expected = 1.0 / (k + 1), deviation = sqrt((1.0 / (2 * k + 1) - expected * expected) / MANY);
        assert_float_equal(found[k - 1], expected, 5 * deviation);
    }
    assert_true(m.least >= 0 && m.least < 1e-3 && m.most < 1 && m.most > 1 - 1e-3);
}

/* E x^k = 0, 1, 0, 3 with variances 1, 2, 15, 96. */
static void normals_have_the_moments_of_the_normal_law(void **state)
{
    moments m = moments_of(fl_random_normal, fl_random_stream_start(5, "normal", 0));
    assert_float_equal(m.mean, 0, 5 * sqrt(1.0 / MANY));
    assert_float_equal(m.square, 1, 5 * sqrt(2.0 / MANY));
    assert_float_equal(m.cube, 0, 5 * sqrt(15.0 / MANY));
    assert_float_equal(m.fourth, 3, 5 * sqrt(96.0 / MANY));
    assert_true(isfinite(m.least) && isfinite(m.most));
}

/* Of n = 3 * 2^62 values a third lies under 2^62. A plain remainder would put half of the draws there. */
static void below_is_not_biased(void **state)
{
    fl_random_stream stream = fl_random_stream_start(5, "below", 0);
    const uint64_t quarter = (uint64_t)1 << 62;
    double low = 0;
    for (size_t i = 0; i < MANY; i++) {
        uint64_t draw = fl_random_below(&stream, 3 * quarter);
        assert_true(draw < 3 * quarter);
        low += draw < quarter;
    }
    assert_float_equal(low / MANY, 1.0 / 3, 5 * sqrt(2.0 / 9 / MANY));
}

static void below_one_is_zero(void **state)
{
    fl_random_stream stream = fl_random_stream_start(5, "below", 1);
    for (size_t i = 0; i < 100; i++) assert_int_equal(fl_random_below(&stream, 1), 0);
}

static void a_shuffle_is_a_permutation(void **state)
{
    uint32_t items[1000];
    bool seen[1000] = { false };
    for (uint32_t i = 0; i < 1000; i++) items[i] = i;
    fl_random_stream stream = fl_random_stream_start(5, "shuffle", 0);
    fl_random_shuffle(&stream, items, 1000);
    size_t unmoved = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        assert_true(items[i] < 1000 && !seen[items[i]]);
        seen[items[i]] = true;
        unmoved += items[i] == i;
    }
    assert_true(unmoved < 10); /* one is expected */
    fl_random_shuffle(&stream, items, 0);
    fl_random_shuffle(&stream, items, 1);
}

/* All 24 orders of four items are equally frequent: chi-square of 23 degrees of freedom, mean 23, deviation 6.8. */
static void every_order_is_equally_likely(void **state)
{
    double count[256] = { 0 }, expected = 24000 / 24.0, chi_square = 0;
    fl_random_stream stream = fl_random_stream_start(5, "shuffle", 1);
    for (size_t i = 0; i < 24000; i++) {
        uint32_t items[] = { 0, 1, 2, 3 };
        fl_random_shuffle(&stream, items, 4);
        count[items[0] | items[1] << 2 | items[2] << 4 | items[3] << 6]++;
    }
    size_t orders = 0;
    for (size_t i = 0; i < 256; i++) {
        if (!count[i]) continue;
        orders++;
        chi_square += (count[i] - expected) * (count[i] - expected) / expected;
    }
    assert_int_equal(orders, 24);
    assert_float_equal(chi_square, 23, 5 * sqrt(2 * 23));
}

/* From every place in a block, in every length up to some blocks of lanes, and over the end of the counter. */
static void many_normals_are_the_same_as_one_by_one(void **state)
{
    enum { MOST = 300 };
    double one[MOST], many[MOST];
    for (unsigned skipped = 0; skipped < 5; skipped++)
        for (size_t n = 0; n <= MOST; n += 13) {
            fl_random_stream a = fl_random_stream_start(n, "test", skipped);
            if (n % 2) a.counter[0] = UINT32_MAX - 100;
            for (unsigned i = 0; i < skipped; i++) fl_random_u32(&a);
            fl_random_stream b = a;
            for (size_t i = 0; i < n; i++) one[i] = fl_random_normal(&a);
            fl_random_normals(&b, many, n);
            assert_memory_equal(one, many, n * sizeof *one);
            assert_int_equal(fl_random_u32(&a), fl_random_u32(&b));
        }
}

/* Around the border of what positions' lower half holds, too. */
static void the_first_normals_of_many_streams_are_those_of_each(void **state)
{
    enum { STREAMS = 21, MOST = 70 };
    static const uint64_t positions[] = { 0, 5, UINT32_MAX - 3 };
    double one[STREAMS * MOST], many[STREAMS * MOST];
    for (size_t p = 0; p < sizeof positions / sizeof *positions; p++)
        for (size_t each = 1; each <= MOST; each += 23) {
            for (size_t i = 0; i < STREAMS * each; i++) {
                fl_random_stream stream = fl_random_stream_start(7, "test", positions[p] + i / each);
                for (size_t k = 0; k <= i % each; k++) one[i] = fl_random_normal(&stream);
            }
            fl_random_normals_of_each(7, "test", positions[p], STREAMS, each, many);
            assert_memory_equal(one, many, STREAMS * each * sizeof *one);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_is_philox_4x32_10),
        cmocka_unit_test(draws_from_anywhere_are_the_same_draws),
        cmocka_unit_test(a_named_stream_starts_where_its_name_says),
        cmocka_unit_test(a_normal_is_made_of_two_uniforms),
        cmocka_unit_test(derived_seeds_are_fixed_for_ever),
        cmocka_unit_test(derived_seeds_differ_and_fit_a_double),
        cmocka_unit_test(neighbouring_streams_are_not_correlated),
        cmocka_unit_test(uniforms_have_the_moments_of_the_uniform_law),
        cmocka_unit_test(normals_have_the_moments_of_the_normal_law),
        cmocka_unit_test(below_is_not_biased),
        cmocka_unit_test(below_one_is_zero),
        cmocka_unit_test(a_shuffle_is_a_permutation),
        cmocka_unit_test(every_order_is_equally_likely),
        cmocka_unit_test(many_normals_are_the_same_as_one_by_one),
        cmocka_unit_test(the_first_normals_of_many_streams_are_those_of_each),
    };
    return test_run(tests, NULL, NULL);
}
