/* The U-statistic against every subset there is; when an interval is claimed and when not. */
#include "support/test.h"

#include "base/random.h"
#include "stats/expected_best.h"
#include "stats/sample.h"
#include "stats/subsets.h"

enum { N = 9 };
static const fl_stats_trial TRIALS[N] = {
    { 0.31, 1.1, 0.295 }, { 0.12, 0.5, 0.133 },  { INFINITY, INFINITY, INFINITY },
    { 0.12, 0.4, 0.151 }, { 0.55, 2.3, 0.5385 }, { INFINITY, INFINITY, INFINITY },
    { 0.14, 0.6, 0.127 }, { 0.77, 3.1, 0.8125 }, { 0.21, 0.9, 0.2385 },
};

static bool beats(size_t a, size_t b)
{
    if (TRIALS[a].score != TRIALS[b].score) return TRIALS[a].score < TRIALS[b].score;
    return TRIALS[a].val_loss < TRIALS[b].val_loss;
}

static double value_of_best(unsigned subset)
{
    size_t best = (size_t)__builtin_ctz(subset);
    for (size_t i = best + 1; i < N; i++)
        if (subset >> i & 1 && beats(i, best)) best = i;
    return TRIALS[best].value;
}

static void estimate_is_the_mean_over_all_subsets(void **state)
{
    for (size_t k = 1; k <= N; k++) {
        double sum = 0, finite = 0, all = 0, share;
        for (unsigned subset = 1; subset < 1u << N; subset++) {
            if ((size_t)__builtin_popcount(subset) != k) continue;
            double value = value_of_best(subset);
            all++;
            finite += isfinite(value) != 0;
            sum += isfinite(value) ? value : 0;
        }
        assert_close(fl_stats_expected_best(TRIALS, N, k, &share), sum / finite, 1e-14);
        assert_close(share, finite / all, 1e-14);
    }
}

static void share_is_whole_when_fewer_than_k_trials_are_infinite(void **state)
{
    double share;
    fl_stats_expected_best(TRIALS, N, 3, &share);
    assert_true(share == 1);
    fl_stats_expected_best(TRIALS, N, 2, &share);
    assert_close(share, 35.0 / 36, 1e-14); /* one of the C(9, 2) pairs holds both infeasible trials */
}

/* C(1000000, 300000) has 265,000 digits: the running products must not pass through it. The weights of a distribution
 * sum to 1.
 */
static void weights_of_a_huge_sample_sum_to_one(void **state)
{
    enum { MANY = 1000000 };
    double *weights = malloc(MANY * sizeof *weights), sum = 0;
    fl_stats_subset_weights(MANY, 300000, weights);
    for (size_t i = 0; i < MANY; i++) sum += weights[i];
    assert_close(sum, 1, 1e-12);
    fl_stats_subset_weights(MANY, MANY, weights);
    assert_true(weights[0] == 1 && weights[1] == 0 && weights[MANY - 1] == 0);
    free(weights);
}

static void fill(fl_stats_trial *trials, size_t n)
{
    fl_random_stream stream = fl_random_stream_start(5, "test trials", 0);
    for (size_t i = 0; i < n; i++) {
        double error = 0.05 + fl_random_uniform(&stream);
        trials[i] = (fl_stats_trial){ .score = error, .value = error };
    }
}

static void interval_is_claimed_up_to_a_fifth_of_the_trials(void **state)
{
    fl_stats_trial trials[60];
    fill(trials, 60);
    fl_stats_interval claimed = fl_stats_expected_best_interval(trials, 60, 12, 200, 1);
    assert_true(claimed.claimed && !claimed.reason);
    assert_true(claimed.low < claimed.estimate && claimed.estimate < claimed.high);
    fl_stats_interval wide = fl_stats_expected_best_interval(trials, 60, 13, 200, 1);
    assert_false(wide.claimed);
    assert_true(isfinite(wide.estimate) && isnan(wide.low) && isnan(wide.high));
    assert_string_equal(wide.reason, "K is more than a fifth of the trials");
    fl_stats_interval few = fl_stats_expected_best_interval(trials, 60, 61, 200, 1);
    assert_true(!few.claimed && isnan(few.estimate) && few.reason);
}

static void nothing_is_claimed_where_nothing_is_finite(void **state)
{
    fl_stats_trial trials[10];
    for (size_t i = 0; i < 10; i++) trials[i] = (fl_stats_trial){ INFINITY, INFINITY, INFINITY };
    fl_stats_interval interval = fl_stats_expected_best_interval(trials, 10, 2, 200, 1);
    assert_false(interval.claimed);
    assert_true(interval.estimate == INFINITY && interval.finite == 0);
    assert_string_equal(interval.reason, "no trial has a finite value");
}

static void same_seed_gives_the_same_interval_and_another_seed_another(void **state)
{
    fl_stats_trial trials[60];
    fill(trials, 60);
    fl_stats_interval a = fl_stats_expected_best_interval(trials, 60, 12, 200, 1);
    fl_stats_interval b = fl_stats_expected_best_interval(trials, 60, 12, 200, 1);
    fl_stats_interval c = fl_stats_expected_best_interval(trials, 60, 12, 200, 2);
    assert_true(a.low == b.low && a.high == b.high);
    assert_true(a.low != c.low || a.high != c.high);
    assert_true(a.estimate == c.estimate);
}

/* For K = 1 the estimate is the plain mean, whose bootstrap standard error is s / sqrt(N); a normal 5-95 % interval is
 * 1.645 of these on both sides. */
static void interval_of_a_mean_is_as_wide_as_its_standard_error_says(void **state)
{
    enum { MANY = 400 };
    fl_stats_trial trials[MANY];
    fill(trials, MANY);
    double sum = 0, squares = 0;
    for (size_t i = 0; i < MANY; i++) sum += trials[i].value;
    for (size_t i = 0; i < MANY; i++) squares += pow(trials[i].value - sum / MANY, 2);
    double standard_error = sqrt(squares / MANY / MANY);
    fl_stats_interval interval = fl_stats_expected_best_interval(trials, MANY, 1, 4000, 3);
    assert_close(interval.estimate, sum / MANY, 1e-13);
    assert_close(interval.high - interval.low, 2 * 1.6449 * standard_error, 0.05);
}

/* The U-statistic of a resample, by hand; its trials come in no order. */
static double estimate_of_resample(fl_random_stream *stream, const fl_stats_trial *trials, size_t n, size_t k)
{
    fl_stats_trial drawn[60];
    double finite;
    for (size_t i = 0; i < n; i++) drawn[i] = trials[fl_random_below(stream, n)];
    return fl_stats_expected_best(drawn, n, k, &finite);
}

/* Resampled estimates lie .007 too high here on average; the interval is theirs with the estimate in its middle. With
 * 4,000 resamples a percentile has a standard error of .0005. */
static void interval_is_freed_of_the_bias_of_resampling(void **state)
{
    enum { TRIED = 60, K = 12, RESAMPLES = 4000 };
    fl_stats_trial trials[TRIED];
    fill(trials, TRIED);
    fl_stats_interval interval = fl_stats_expected_best_interval(trials, TRIED, K, RESAMPLES, 1);
    fl_random_stream stream = fl_random_stream_start(23, "test resamples", 0);
    double *estimates = malloc(RESAMPLES * sizeof *estimates), mean = 0;
    for (size_t i = 0; i < RESAMPLES; i++) {
        estimates[i] = estimate_of_resample(&stream, trials, TRIED, K);
        mean += estimates[i] / RESAMPLES;
    }
    fl_stats_sort(estimates, RESAMPLES);
    double bias = mean - interval.estimate;
    assert_true(bias > 0.005);
    assert_true(fabs(interval.low - (fl_stats_quantile(estimates, RESAMPLES, 0.05) - bias)) < 0.002);
    assert_true(fabs(interval.high - (fl_stats_quantile(estimates, RESAMPLES, 0.95) - bias)) < 0.002);
    free(estimates);
}

/* With replacement the outlier's share is (1/12)^2, and 1e16 times that is the bias: nothing may go below .1 for it. */
static void an_outlier_does_not_push_the_interval_off_the_values(void **state)
{
    fl_stats_trial trials[12];
    for (size_t i = 0; i < 12; i++) trials[i].score = trials[i].val_loss = trials[i].value = 0.1 + 0.01 * (double)i;
    trials[11].score = trials[11].value = 1e16;
    for (uint64_t seed = 0; seed < 20; seed++) {
        fl_stats_interval interval = fl_stats_expected_best_interval(trials, 12, 2, 200, seed);
        assert_true(interval.low >= 0.1 && interval.low <= interval.estimate && interval.estimate <= interval.high);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(estimate_is_the_mean_over_all_subsets),
        cmocka_unit_test(share_is_whole_when_fewer_than_k_trials_are_infinite),
        cmocka_unit_test(weights_of_a_huge_sample_sum_to_one),
        cmocka_unit_test(interval_is_claimed_up_to_a_fifth_of_the_trials),
        cmocka_unit_test(nothing_is_claimed_where_nothing_is_finite),
        cmocka_unit_test(same_seed_gives_the_same_interval_and_another_seed_another),
        cmocka_unit_test(interval_of_a_mean_is_as_wide_as_its_standard_error_says),
        cmocka_unit_test(interval_is_freed_of_the_bias_of_resampling),
        cmocka_unit_test(an_outlier_does_not_push_the_interval_off_the_values),
    };
    return test_run(tests, NULL, NULL);
}
