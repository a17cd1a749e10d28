/* What the claims are worth, measured on simulated studies whose truth is known.
 *
 * Errors of trials are floor + spread W with W Weibull of shape c. Near an optimum the error is a quadratic bowl over
 * the d hyperparameters that matter, and the share of a search space below a height e of a bowl grows as e^(d/2): c =
 * d/2. The best of K has a mean in closed form, floor + spread Gamma(1 + 1/c) K^(-1/c). Intervals must cover in .85 to
 * .93 of the studies (90 % is what they aim at), a difference may be claimed in .06 of the pairs of equal arms (5 % is
 * the level, .005 a standard error of 2,000 pairs) and must be in .70 of those 10 % apart.
 */
#include "test.h"

#include "base/exact.h"
#include "base/random.h"
#include "stats/expected_best.h"
#include "stats/permutation.h"

enum { STUDIES = 2000, MOST_TRIALS = 100, RESAMPLES = 400, PERMUTATIONS = 199 };

static const double FLOOR = 0.10, SPREAD = 0.08;

static void draw_trials(fl_stream *stream, fl_stats_trial *trials, size_t n, double shape, double factor)
{
    for (size_t i = 0; i < n; i++) {
        double weibull = fl_pow(-fl_log(1 - fl_random_uniform(stream)), 1 / shape);
        double error = factor * (FLOOR + SPREAD * weibull);
        trials[i] = (fl_stats_trial){ .score = error, .val_loss = error, .value = error };
    }
}

static double coverage(size_t n, size_t k, double shape)
{
    double truth = FLOOR + SPREAD * tgamma(1 + 1 / shape) * fl_pow((double)k, -1 / shape);
    size_t covered = 0;
    for (size_t study = 0; study < STUDIES; study++) {
        fl_stream stream = fl_stream_start(1, "simulated study", study);
        fl_stats_trial trials[MOST_TRIALS];
        draw_trials(&stream, trials, n, shape, 1);
        fl_stats_interval interval = fl_stats_expected_best_interval(trials, n, k, RESAMPLES, study);
        covered += interval.claimed && interval.low <= truth && truth <= interval.high;
    }
    double share = (double)covered / STUDIES;
    print_message("N = %zu, K = %zu, shape %g: the interval covers %.4f\n", n, k, shape, share);
    return share;
}

static void interval_covers_the_truth_in_most_studies(void **state)
{
    const struct {
        size_t n, k;
        double shape;
    } cases[] = { { 60, 12, 1 }, { 60, 4, 1 }, { 60, 12, 1.5 }, { 100, 20, 1.5 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double share = coverage(cases[i].n, cases[i].k, cases[i].shape);
        assert_true(0.85 <= share && share <= 0.93);
    }
}

static double claimed(double factor)
{
    enum { N = 60, K = 12 };
    size_t claims = 0;
    for (size_t pair = 0; pair < STUDIES; pair++) {
        fl_stream stream = fl_stream_start(2, "simulated pair", pair);
        fl_stats_trial a[N], b[N];
        draw_trials(&stream, a, N, 1, 1);
        draw_trials(&stream, b, N, 1, factor);
        claims += fl_stats_permutation(a, N, b, N, K, PERMUTATIONS, pair).p < 0.05;
    }
    double share = (double)claims / STUDIES;
    print_message("errors times %g: a difference is claimed in %.4f of the pairs\n", factor, share);
    return share;
}

static void equal_arms_are_rarely_told_apart(void **state)
{
    assert_true(claimed(1) <= 0.06);
}

static void arms_ten_percent_apart_mostly_are(void **state)
{
    assert_true(claimed(1.1) >= 0.70);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interval_covers_the_truth_in_most_studies),
        cmocka_unit_test(equal_arms_are_rarely_told_apart),
        cmocka_unit_test(arms_ten_percent_apart_mostly_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
