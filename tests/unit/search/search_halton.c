/* How evenly the drawn points lie: strata that must be met exactly, and the L2-star discrepancy. */
#include "support/test.h"

#include "search/search.h"

enum { AXES = 4, MOST_POINTS = 500 };

static void fill(const char *name, uint64_t seed, uint64_t first, size_t n, double u[][AXES])
{
    const size_t n_levels[AXES] = { 0 };
    const fl_search *search = fl_search_find(name, NULL);
    for (size_t i = 0; i < n; i++) {
        const fl_search_request question = { .seed = seed, .index = first + i, .n_axes = AXES, .n_levels = n_levels };
        search->point(&question, u[i]);
    }
}

/* Halton 1960: b^k points in a row, from any multiple of b^k, meet every b^k-th of the axis of base b once. */
static void points_in_a_row_meet_every_stratum_of_each_axis_once(void **state)
{
    const size_t strata[AXES] = { 64, 81, 125, 49 }; /* 2^6, 3^4, 5^3, 7^2 */
    for (uint64_t seed = 0; seed < 5; seed++) {
        for (size_t axis = 0; axis < AXES; axis++) {
            double u[125][AXES];
            bool met[125] = { false };
            fill("halton", seed, 17 * strata[axis], strata[axis], u);
            for (size_t i = 0; i < strata[axis]; i++) met[(size_t)(u[i][axis] * (double)strata[axis])] = true;
            for (size_t s = 0; s < strata[axis]; s++) assert_true(met[s]);
        }
    }
}

/* 4 x 9 x 5 x 7 points in a row meet every box of that many divisions once. */
static void points_in_a_row_meet_every_box_once(void **state)
{
    enum { BOXES = 4 * 9 * 5 * 7 };
    static double u[BOXES][AXES];
    bool met[4][9][5][7] = { 0 };
    fill("halton", 3, 2 * BOXES, BOXES, u);
    for (size_t i = 0; i < BOXES; i++)
        met[(size_t)(u[i][0] * 4)][(size_t)(u[i][1] * 9)][(size_t)(u[i][2] * 5)][(size_t)(u[i][3] * 7)] = true;
    for (size_t box = 0; box < BOXES; box++) assert_true((&met[0][0][0][0])[box]);
}

/* All 64 bases: any b points in a row, from any number, meet every b-th of the axis once. So each base is right. */
static void every_axis_has_the_next_prime_as_its_base(void **state)
{
    const size_t n_levels[FL_SEARCH_AXES] = { 0 };
    const fl_search *halton = fl_search_find("halton", NULL);
    static double u[400][FL_SEARCH_AXES];
    for (size_t i = 0; i < 400; i++) {
        const fl_search_request q = { .seed = 9, .index = i, .n_axes = FL_SEARCH_AXES, .n_levels = n_levels };
        halton->point(&q, u[i]);
    }
    size_t base = 1;
    for (size_t axis = 0; axis < FL_SEARCH_AXES; axis++) {
        for (bool prime = false; !prime;) {
            base++;
            prime = true;
            for (size_t d = 2; d < base; d++) prime = prime && base % d;
        }
        bool met[400] = { false };
        for (size_t i = 0; i < base; i++) met[(size_t)(u[i + 13][axis] * (double)base)] = true;
        for (size_t s = 0; s < base; s++) assert_true(met[s]);
    }
}

static void other_seeds_give_other_points(void **state)
{
    double a[8][AXES], b[8][AXES];
    for (uint64_t seed = 1; seed < 20; seed++) {
        fill("halton", 0, 0, 8, a);
        fill("halton", seed, 0, 8, b);
        assert_true(memcmp(a, b, sizeof a) != 0);
    }
}

static void fewer_axes_leave_the_others_where_they_were(void **state)
{
    const size_t n_levels[AXES] = { 0 };
    const char *const names[] = { "halton", "random" };
    for (size_t n = 0; n < 2; n++) {
        double all[3][AXES], two[2];
        fill(names[n], 4, 0, 3, all);
        const fl_search_request question = { .seed = 4, .index = 2, .n_axes = 2, .n_levels = n_levels };
        fl_search_find(names[n], NULL)->point(&question, two);
        assert_true(two[0] == all[2][0] && two[1] == all[2][1]);
    }
}

/* Warnock 1972:  T^2 = 3^-d - 2^(1-d)/N sum_i prod_a (1 - x_ia^2) + 1/N^2 sum_ij prod_a (1 - max(x_ia, x_ja)). */
static double discrepancy(double u[][AXES], size_t n)
{
    double ones = 0, pairs = 0;
    for (size_t i = 0; i < n; i++) {
        double one = 1;
        for (size_t a = 0; a < AXES; a++) one *= 1 - u[i][a] * u[i][a];
        ones += one;
        for (size_t j = 0; j < n; j++) {
            double pair = 1;
            for (size_t a = 0; a < AXES; a++) pair *= 1 - (u[i][a] > u[j][a] ? u[i][a] : u[j][a]);
            pairs += pair;
        }
    }
    double count = (double)n;
    return sqrt(1.0 / 81 - ones / 8 / count + pairs / count / count);
}

/* SciPy 1.10.1, scipy.stats.qmc.discrepancy(points, method="L2-star"). */
static void discrepancy_is_scipys(void **state)
{
    double u[3][AXES] = { { 0.25, 0.5, 0.125, 0.75 }, { 0.9, 0.1, 0.4, 0.6 }, { 0.33, 0.77, 0.5, 0.05 } };
    assert_close(discrepancy(u, 3), 0.10403888448150322, 1e-14);
}

enum { SEEDS = 60 };

/* The mean discrepancy of a search over seeds, and the root of its mean square. */
static void measure(const char *name, size_t n, double *mean, double *root_mean_square)
{
    static double u[MOST_POINTS][AXES];
    double sum = 0, squares = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        fill(name, seed, 0, n, u);
        double d = discrepancy(u, n);
        sum += d;
        squares += d * d;
    }
    *mean = sum / SEEDS;
    *root_mean_square = sqrt(squares / SEEDS);
    print_message("%s, %zu points: mean L2-star discrepancy %.4f\n", name, n, *mean);
}

/* SciPy 1.10.1, qmc.Halton(4, scramble=True) over 200 seeds: .01022 and .00295 on average, with standard deviations
 * of .00078 and .00014 from seed to seed; three standard errors of 60 seeds are granted. Halton points with large
 * primes and no seed lie at .0218 and .0089, hardly better than random ones. */
static void halton_points_are_as_even_as_scipys(void **state)
{
    double mean, root_mean_square;
    measure("halton", 100, &mean, &root_mean_square);
    assert_true(fabs(mean - 0.01022) < 3 * 0.00078 / sqrt(SEEDS));
    measure("halton", 500, &mean, &root_mean_square);
    assert_true(fabs(mean - 0.00295) < 3 * 0.00014 / sqrt(SEEDS));
}

/* Of n independent points E[T^2] = (2^-d - 3^-d) / n; over seeds T has a relative standard deviation of about a
 * quarter, so its mean square over 60 of them is known to 6 % and the root to 3 %, three times. */
static void random_points_are_as_uneven_as_chance_makes_them(void **state)
{
    const size_t counts[] = { 100, 500 };
    for (size_t i = 0; i < 2; i++) {
        double mean, root_mean_square;
        measure("random", counts[i], &mean, &root_mean_square);
        assert_close(root_mean_square, sqrt((1.0 / 16 - 1.0 / 81) / (double)counts[i]), 0.1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_in_a_row_meet_every_stratum_of_each_axis_once),
        cmocka_unit_test(points_in_a_row_meet_every_box_once),
        cmocka_unit_test(every_axis_has_the_next_prime_as_its_base),
        cmocka_unit_test(other_seeds_give_other_points),
        cmocka_unit_test(fewer_axes_leave_the_others_where_they_were),
        cmocka_unit_test(discrepancy_is_scipys),
        cmocka_unit_test(halton_points_are_as_even_as_scipys),
        cmocka_unit_test(random_points_are_as_uneven_as_chance_makes_them),
    };
    return test_run(tests, NULL, NULL);
}
