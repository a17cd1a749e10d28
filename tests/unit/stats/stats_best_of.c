/* The closed-form distribution of best-of-K against every draw there is, and against a bootstrap that really draws. */
#include "support/test.h"

#include "base/random.h"
#include "stats/best_of.h"
#include "stats/sample.h"

/* Values fall out of order with the scores, as test errors do; two scores tie; `N_FINITE` trials have a figure. */
enum { N = 6, N_FINITE = 5 };
static const fl_stats_trial TRIALS[N] = {
    { 0.31, 1.1, 0.295 }, { 0.12, 0.5, 0.133 },  { INFINITY, INFINITY, INFINITY },
    { 0.12, 0.4, 0.151 }, { 0.55, 2.3, 0.5385 }, { 0.14, 0.6, 0.127 },
};

/* The value that selection reports of `k` drawn trials, found by looking at them one after the other. */
static double value_of_best(const fl_stats_trial *trials, const size_t *drawn, size_t k)
{
    size_t best = drawn[0];
    for (size_t i = 1; i < k; i++) {
        const fl_stats_trial *new = &trials[drawn[i]], *old = &trials[best];
        if (new->score < old->score || (new->score == old->score &&new->val_loss < old->val_loss)) best = drawn[i];
    }
    return trials[best].value;
}

static double smallest_that_holds(const double *sorted, size_t n, double p)
{
    size_t i = 0;
    while ((double)(i + 1) < p * (double)n) i++;
    return sorted[i];
}

/* All N^k draws with replacement. */
static void compare_with_enumeration(size_t k)
{
    size_t n_draws = 1, n_finite = 0;
    for (size_t i = 0; i < k; i++) n_draws *= N;
    double *values = malloc(n_draws * sizeof *values), sum = 0;
    for (size_t draw = 0; draw < n_draws; draw++) {
        size_t drawn[8], rest = draw;
        for (size_t i = 0; i < k; i++, rest /= N) drawn[i] = rest % N;
        values[draw] = value_of_best(TRIALS, drawn, k);
        n_finite += isfinite(values[draw]) != 0;
        sum += isfinite(values[draw]) ? values[draw] : 0;
    }
    fl_stats_sort(values, n_draws);
    fl_stats_distribution distribution = fl_stats_best_of(TRIALS, N, k);
    assert_int_equal(distribution.k, k);
    assert_close(distribution.mean, sum / (double)n_finite, 1e-11); /* a plain sum of up to 6^7 values */
    assert_close(distribution.finite, (double)n_finite / (double)n_draws, 1e-13);
    assert_true(distribution.low == smallest_that_holds(values, n_draws, 0.05));
    assert_true(distribution.median == smallest_that_holds(values, n_draws, 0.5));
    assert_true(distribution.high == smallest_that_holds(values, n_draws, 0.95));
    free(values);
}

static void law_is_that_of_all_draws_with_replacement(void **state)
{
    for (size_t k = 1; k <= 7; k++) compare_with_enumeration(k);
}

static void infinite_values_reach_the_percentiles_they_deserve(void **state)
{
    fl_stats_distribution one = fl_stats_best_of(TRIALS, N, 1);
    assert_true(one.high == INFINITY); /* one draw in six is infeasible */
    assert_close(one.finite, (double)N_FINITE / N, 1e-15);
    fl_stats_distribution two = fl_stats_best_of(TRIALS, N, 2);
    assert_true(isfinite(two.high)); /* one in 36 */
    fl_stats_distribution none = fl_stats_best_of(&TRIALS[2], 1, 3);
    assert_true(none.mean == INFINITY && none.low == INFINITY && none.finite == 0);
}

/* Of n equally likely values the first n/20 hold 5 % of the weight exactly: rounding must not push the percentile
 * aside. */
static void percentiles_fall_on_exact_shares(void **state)
{
    fl_stats_trial trials[1000];
    for (size_t i = 0; i < 1000; i++) trials[i] = (fl_stats_trial){ .score = (double)i, .value = 10.5 + (double)i };
    for (size_t n = 20; n <= 1000; n += 20) {
        fl_stats_distribution distribution = fl_stats_best_of(trials, n, 1);
        assert_true(distribution.low == trials[n / 20 - 1].value);
        assert_true(distribution.median == trials[n / 2 - 1].value);
        assert_true(distribution.high == trials[n * 19 / 20 - 1].value);
    }
}

/* Choi et al.'s procedure as they run it, with 40,000 draws in the place of 100. */
static void bootstrap_draws_converge_to_the_law(void **state)
{
    enum { TRIED = 60, K = 20, DRAWS = 40000 };
    fl_stats_trial trials[TRIED];
    fl_random_stream stream = fl_random_stream_start(11, "test trials", 0);
    for (size_t i = 0; i < TRIED; i++) {
        double error = 0.05 + fl_random_uniform(&stream);
        trials[i] = (fl_stats_trial){ .score = error, .value = error + 0.02 * fl_random_uniform(&stream) };
    }
    double *values = malloc(DRAWS * sizeof *values), sum = 0, squares = 0;
    for (size_t d = 0; d < DRAWS; d++) {
        size_t drawn[K];
        for (size_t i = 0; i < K; i++) drawn[i] = fl_random_below(&stream, TRIED);
        values[d] = value_of_best(trials, drawn, K);
        sum += values[d];
        squares += values[d] * values[d];
    }
    double mean = sum / DRAWS, standard_error = sqrt((squares / DRAWS - mean * mean) / DRAWS);
    fl_stats_distribution distribution = fl_stats_best_of(trials, TRIED, K);
    fl_stats_sort(values, DRAWS);
    assert_true(fabs(distribution.mean - mean) < 4 * standard_error);
    assert_close(distribution.low, fl_stats_quantile(values, DRAWS, 0.05), 0);
    assert_close(distribution.median, fl_stats_quantile(values, DRAWS, 0.5), 0);
    assert_close(distribution.high, fl_stats_quantile(values, DRAWS, 0.95), 0);
    free(values);
}

static void budget_doubles_k_and_ends_at_all_trials(void **state)
{
    const size_t expected[] = { 1, 2, 4, N };
    fl_stats_distribution distributions[FL_STATS_DISTRIBUTIONS];
    assert_int_equal(fl_stats_best_of_each(TRIALS, N, distributions), 4);
    for (size_t i = 0; i < 4; i++) {
        fl_stats_distribution alone = fl_stats_best_of(TRIALS, N, expected[i]);
        assert_int_equal(distributions[i].k, expected[i]);
        assert_true(distributions[i].mean == alone.mean && distributions[i].high == alone.high &&
                    distributions[i].finite == alone.finite);
    }
    assert_int_equal(fl_stats_best_of_each(TRIALS, 4, distributions), 3); /* 4 is there once */
    assert_int_equal(fl_stats_best_of_each(TRIALS, 1, distributions), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(law_is_that_of_all_draws_with_replacement),
        cmocka_unit_test(infinite_values_reach_the_percentiles_they_deserve),
        cmocka_unit_test(percentiles_fall_on_exact_shares),
        cmocka_unit_test(bootstrap_draws_converge_to_the_law),
        cmocka_unit_test(budget_doubles_k_and_ends_at_all_trials),
    };
    return test_run(tests, NULL, NULL);
}
