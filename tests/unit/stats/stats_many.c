/* Of many trials only the ranks with weight are dealt out and resampled, and beyond 10,000 trials and 200 K the normal
 * limit serves. A few trials more than that takes must change nothing that draws do not. */
#include "support/simulated.h"

#include "stats/expected_best.h"
#include "stats/gap.h"
#include "stats/permutation.h"
#include "stats/resample.h"
#include "stats/subsets.h"

enum { MANY = FL_STATS_MANY + 1, DRAWS = 1000 };
static fl_stats_trial a[MANY], b[MANY];

/* Before and behind each boundary: all ranks and the leading ones at K = N/5; draws and the normal limit. */
static const struct {
    size_t few, few_k, many, many_k;
    bool normal;
} boundaries[] = { { 1300, 260, 1330, 266, false }, { FL_STATS_MANY, 20, MANY, 20, true } };
enum { BOUNDARIES = sizeof boundaries / sizeof *boundaries };

/* Arms a little apart, their errors partly shared, so that they can be paired; every 16th trial of a diverged. */
static int set_up(void **state)
{
    fl_random_stream stream = fl_random_stream_start(31, "many trials", 0);
    for (size_t i = 0; i < MANY; i++) {
        double shared = 0.05 * weibull(&stream, 1.5);
        a[i] = simulated_trial(i % 16 == 3 ? INFINITY : 0.1004 + shared + 0.01 * weibull(&stream, 1.5));
        b[i] = simulated_trial(0.1 + shared + 0.01 * weibull(&stream, 1.5));
    }
    return 0;
}

static fl_stats_arms arms_of(size_t n, size_t k, bool paired)
{
    return (fl_stats_arms){ a, b, n, n, k, paired };
}

static void the_boundaries_are_where_they_are_said_to_be(void **state)
{
    fl_stats_arms few = arms_of(FL_STATS_MANY, 20, false), many = arms_of(MANY, 20, false);
    assert_int_equal(1300, fl_stats_depth(1300, 260));
    assert_int_equal(162, fl_stats_depth(1330, 266));       /* 1330 (1 - 1e-15^(1/266)) = 161.96 */
    assert_int_equal(173, fl_stats_depth(1000000, 200000)); /* ln(1e15) / .2 = 172.7 */
    assert_false(fl_stats_arms_many(&few));
    assert_true(fl_stats_arms_many(&many));
    many.k = MANY / 5;
    assert_false(fl_stats_arms_many(&many));
}

/* 1,000 draws know a p of .5 to .016; four standard errors of the difference of two are .09, and these are below .2. */
static void a_few_trials_more_change_no_test(void **state)
{
    for (size_t i = 0; i < 2 * BOUNDARIES; i++) {
        fl_stats_arms few = arms_of(boundaries[i / 2].few, boundaries[i / 2].few_k, i & 1),
                      many = arms_of(boundaries[i / 2].many, boundaries[i / 2].many_k, i & 1);
        fl_stats_difference one = fl_stats_permutation(&few, DRAWS, 1), other = fl_stats_permutation(&many, DRAWS, 2);
        double t = one.difference / one.standard_error, u = other.difference / other.standard_error;
        print_message("N = %zu, K = %zu, %s: p = %.3f and %.3f, one-sided %.3f and %.3f, t %.3f and %.3f\n", few.n_a,
                      few.k, few.paired ? "paired" : "unpaired", one.p, other.p, one.p_worse, other.p_worse, t, u);
        assert_true(fabs(one.p - other.p) < 0.08 && fabs(one.p_worse - other.p_worse) < 0.08);
        assert_true(fabs(t - u) < 0.15);
    }
}

/* Ends of intervals from 1,000 resamples lie a twentieth of the width apart, or closer. */
static void assert_same_ends(double low, double high, double other_low, double other_high)
{
    double width = high - low;
    if (fabs(low - other_low) > 0.2 * width || fabs(high - other_high) > 0.2 * width)
        fail_msg("[%g, %g] and [%g, %g]", low, high, other_low, other_high);
}

static void a_few_trials_more_change_no_interval(void **state)
{
    for (size_t i = 0; i < 2 * BOUNDARIES; i++) {
        fl_stats_arms few = arms_of(boundaries[i / 2].few, boundaries[i / 2].few_k, i & 1),
                      many = arms_of(boundaries[i / 2].many, boundaries[i / 2].many_k, i & 1);
        fl_stats_interval one = fl_stats_expected_best_interval(a, few.n_a, few.k, DRAWS, 1),
                          other = fl_stats_expected_best_interval(a, many.n_a, many.k, DRAWS, 2);
        assert_int_equal(boundaries[i / 2].normal, other.jackknife);
        assert_same_ends(one.low, one.high, other.low, other.high);
        fl_stats_gap gap = fl_stats_gap_of(&few, 0, DRAWS, 1), another = fl_stats_gap_of(&many, 0, DRAWS, 2);
        assert_same_ends(gap.low, gap.high, another.low, another.high);
        assert_true(fabs(gap.p_beyond - another.p_beyond) < 0.08);
    }
}

/* A mean of values of which a sixteenth are infinite: the conditional mean's error is s / root n of the finite ones. */
static void the_jackknife_of_a_mean_knows_what_diverged(void **state)
{
    double sum = 0, squares = 0, n = 0;
    for (size_t i = 0; i < MANY; i++) {
        if (isinf(a[i].value)) continue;
        n++;
        sum += a[i].value;
        squares += a[i].value * a[i].value;
    }
    double mean = sum / n, error = sqrt((squares / n - mean * mean) / n);
    fl_stats_interval interval = fl_stats_expected_best_interval(a, MANY, 1, DRAWS, 1);
    assert_close(interval.estimate, mean, 1e-9);
    assert_close((interval.high - interval.low) / 2, 1.6448536 * error, 1e-3);
}

/* Counts of a thousand items drawn a thousand times: variances 1 - 1/1000, covariances -1/1000, and all are drawn. */
static void items_are_drawn_as_often_as_with_replacement(void **state)
{
    enum { ITEMS = 1000, ROUNDS = 400 };
    double squares = 0, next_to = 0;
    fl_random_stream stream = fl_random_stream_start(32, "draws", 0);
    for (size_t round = 0; round < ROUNDS; round++) {
        fl_stats_draws left = { ITEMS, ITEMS };
        size_t sum = 0;
        double before = 0;
        for (size_t i = 0; i < ITEMS; i++) {
            size_t times = fl_stats_times_drawn(&stream, &left);
            sum += times;
            squares += ((double)times - 1) * ((double)times - 1);
            if (i) next_to += ((double)times - 1) * before;
            before = (double)times - 1;
        }
        assert_int_equal(ITEMS, sum);
    }
    assert_true(fabs(squares / (ITEMS * ROUNDS) - 0.999) < 0.015); /* kurtosis 4: a standard error of .0028 */
    assert_true(fabs(next_to / (ITEMS * ROUNDS) + 0.001) < 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_boundaries_are_where_they_are_said_to_be),
        cmocka_unit_test(a_few_trials_more_change_no_test),
        cmocka_unit_test(a_few_trials_more_change_no_interval),
        cmocka_unit_test(the_jackknife_of_a_mean_knows_what_diverged),
        cmocka_unit_test(items_are_drawn_as_often_as_with_replacement),
    };
    return test_run(tests, set_up, NULL);
}
