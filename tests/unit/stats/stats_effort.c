/* Tuning effort, win rates and the importance of axes, against values worked out by hand and against brute force. */
#include "support/test.h"

#include "base/memory.h"
#include "base/random.h"
#include "stats/effort.h"
#include "stats/expected_best.h"
#include "stats/importance.h"
#include "stats/win_rate.h"

static fl_stats_trial trial(double error)
{
    return (fl_stats_trial){ .score = error, .val_loss = error, .value = error };
}

/* --- win rate --- */

static double win_rate(const fl_stats_trial *a, size_t n_a, const fl_stats_trial *b, size_t n_b, size_t k)
{
    const fl_stats_arms arms = { a, b, n_a, n_b, k, false };
    return fl_stats_win_rate(&arms);
}

/* K = 1: of the 3 * 2 pairs .1 < .2, .1 < .3, .2 < .3 win, .2 = .2 ties and .5 loses twice: 3.5 of 6. K = 2: the best
 * of two is .1 in 2 and .2 in 1 of 3 subsets of a; of b it is .2: 2/3 + 1/2 1/3 = 5/6. */
static void win_rates_are_those_of_all_subsets(void **state)
{
    const fl_stats_trial a[] = { trial(0.2), trial(0.5), trial(0.1) }, b[] = { trial(0.3), trial(0.2) };
    assert_close(win_rate(a, 3, b, 2, 1), 3.5 / 6, 1e-14);
    assert_close(win_rate(a, 3, b, 2, 2), 5.0 / 6, 1e-14);
    assert_close(win_rate(b, 2, a, 3, 2), 1.0 / 6, 1e-13);
}

static void trials_that_both_diverge_tie(void **state)
{
    const fl_stats_trial a[] = { trial(INFINITY), trial(0.1) }, b[] = { trial(INFINITY), trial(INFINITY) };
    assert_close(win_rate(a, 2, b, 2, 1), 0.5 + 0.25, 1e-14);
    assert_close(win_rate(b, 2, b, 2, 1), 0.5, 1e-14);
}

/* --- effort --- */

static void efforts_are_powers_of_two_up_to_a_fifth(void **state)
{
    fl_stats_trial a[45], b[60];
    fl_stats_effort efforts[FL_STATS_EFFORTS];
    for (size_t i = 0; i < 60; i++) b[i] = trial(0.3 + 0.01 * (double)i);
    for (size_t i = 0; i < 45; i++) a[i] = trial(0.1 + 0.01 * (double)i);
    const fl_stats_arms arms = { a, b, 45, 60, 1, false };
    assert_int_equal(4, fl_stats_effort_of(&arms, 200, 1, efforts));
    for (size_t i = 0; i < 4; i++) {
        double finite;
        assert_int_equal(1 << i, efforts[i].k_a);
        assert_close(efforts[i].difference,
                     fl_stats_expected_best(a, 45, efforts[i].k_a, &finite) -
                         fl_stats_expected_best(b, 60, efforts[i].k_a, &finite),
                     1e-12);
        assert_true(efforts[i].low < efforts[i].difference && efforts[i].difference < efforts[i].high);
    }
}

/* Three trials 1, 2, 6: E[best of 1] = 3, of 2 = (1 + 1 + 2) / 3 = 4/3, of 3 = 1. Over log2 K: (3 + 4/3) / 2 from 0 to
 * 1, (4/3 + 1) / 2 to log2 3. */
/* Of 5,000 ranks E[best of K] is 5001 / (K + 1), so that the lines from K to K + 1 are known for all of 1,000. */
static void the_area_of_many_trials_needs_no_step_at_every_k(void **state)
{
    enum { MANY = 5000, MOST = 1000 };
    double expected = 0;
    fl_stats_trial *trials = fl_memory_new(MANY, sizeof *trials);
    for (size_t i = 0; i < MANY; i++) trials[i] = trial((double)(i + 1));
    for (double k = 2; k <= MOST; k++)
        expected += (MANY + 1) * (1 / k + 1 / (k + 1)) / 2 * log2(k / (k - 1)) / log2(MOST);
    assert_close(fl_stats_effort_area(trials, MANY, MOST), expected, 1e-4);
    free(trials);
}

static void the_area_lies_under_straight_lines(void **state)
{
    const fl_stats_trial trials[] = { trial(2), trial(6), trial(1) };
    double wide = log2(3), expected = ((3 + 4.0 / 3) / 2 + (4.0 / 3 + 1) / 2 * (wide - 1)) / wide;
    assert_close(fl_stats_effort_area(trials, 3, 3), expected, 1e-13);
    assert_close(fl_stats_effort_area(trials, 3, 1), 3, 1e-13);
}

/* --- importance --- */

enum { N = 100 };

/* 100 distinct scores that follow one axis, in 10 bins of 10: the variance of ranks within a bin is (10^2 - 1)/12 of
 * (100^2 - 1)/12, so eta^2 = 1 - 99/9999, and epsilon^2 = 1 - 99/9999 * 99/90 = .98910891. Any growing function of the
 * axis and of the score gives the same. */
static void an_axis_that_decides_explains_everything_but_its_bins(void **state)
{
    double position[N], score[N];
    for (size_t i = 0; i < N; i++) {
        double x = (double)(i * 37 % N);
        position[i] = exp(x);
        score[i] = i == 5 ? INFINITY : pow(x, 3);
    }
    score[27] = 1e16; /* x = 99, the last anyhow */
    score[5] = pow(5 * 37 % N, 3);
    assert_close(fl_stats_importance(position, score, N), 1 - 99.0 / 9999 * 99 / 90, 1e-12);
}

/* score = x + y on a 10 x 10 grid: each explains half of the variance of x + y; of its ranks nearly so. */
static void two_axes_that_add_up_share(void **state)
{
    double x[N], y[N], score[N];
    for (size_t i = 0; i < N; i++) {
        x[i] = (double)(i / 10);
        y[i] = (double)(i % 10);
        score[i] = x[i] + y[i];
    }
    double of_x = fl_stats_importance(x, score, N), of_y = fl_stats_importance(y, score, N);
    assert_close(of_x, of_y, 1e-12);
    assert_true(0.43 < of_x && of_x < 0.5);
}

/* Without any effect epsilon^2 is 0 on average, whatever the number of bins. */
static void an_axis_without_effect_explains_nothing(void **state)
{
    double mean = 0;
    for (size_t study = 0; study < 500; study++) {
        double position[30], score[30];
        fl_random_stream stream = fl_random_stream_start(1, "axis", study);
        for (size_t i = 0; i < 30; i++) {
            position[i] = fl_random_uniform(&stream);
            score[i] = fl_random_uniform(&stream) < 0.2 ? INFINITY : fl_random_uniform(&stream);
        }
        mean += fl_stats_importance(position, score, 30) / 500;
    }
    assert_true(fabs(mean) < 0.025); /* four standard errors; without the correction it is .14 */
}

static void without_variation_there_is_no_importance(void **state)
{
    double position[10] = { 0 }, score[10];
    for (size_t i = 0; i < 10; i++) score[i] = (double)i;
    assert_true(isnan(fl_stats_importance(position, score, 10)));
    assert_true(isnan(fl_stats_importance(score, position, 10)));
    assert_true(isnan(fl_stats_importance(score, score, 9)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(win_rates_are_those_of_all_subsets),
        cmocka_unit_test(trials_that_both_diverge_tie),
        cmocka_unit_test(efforts_are_powers_of_two_up_to_a_fifth),
        cmocka_unit_test(the_area_lies_under_straight_lines),
        cmocka_unit_test(the_area_of_many_trials_needs_no_step_at_every_k),
        cmocka_unit_test(an_axis_that_decides_explains_everything_but_its_bins),
        cmocka_unit_test(two_axes_that_add_up_share),
        cmocka_unit_test(an_axis_without_effect_explains_nothing),
        cmocka_unit_test(without_variation_there_is_no_importance),
    };
    return test_run(tests, NULL, NULL);
}
