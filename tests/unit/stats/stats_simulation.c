/* What the claims are worth, measured on simulated studies whose truth is known.
 *
 * Errors of trials are floor + spread W with W Weibull of shape c. Near an optimum the error is a quadratic bowl over
 * the d hyperparameters that matter, and the share of a search space below a height e of a bowl grows as e^(d/2): c =
 * d/2. The best of K has a mean in closed form, floor + spread Gamma(1 + 1/c) K^(-1/c). Intervals must cover in .85 to
 * .93 of the studies (90 % is what they aim at), a difference may be claimed in .06 of the pairs of equal arms (5 % is
 * the level, .005 a standard error of 2,000 pairs) and must be in .70 of those 10 % apart. "Not worse" may be
 * contradicted in .06 of the pairs of equal arms, and must be in .80 of those whose second arm is 10 % worse; it may be
 * shown in .07 of those worse by the whole margin, and must be in .90 of those 10 % better.
 */
#include "support/test.h"

#include "base/exact.h"
#include "base/random.h"
#include "stats/gap.h"
#include "stats/expected_best.h"
#include "stats/permutation.h"
#include "stats/sample.h"

enum { STUDIES = 2000, MOST_TRIALS = 100, RESAMPLES = 400, PERMUTATIONS = 199 };

static const double FLOOR = 0.10, SPREAD = 0.08;

static void draw_trials(fl_random_stream *stream, fl_stats_trial *trials, size_t n, double shape, double factor)
{
    for (size_t i = 0; i < n; i++) {
        double weibull = fl_exact_pow(-fl_exact_log(1 - fl_random_uniform(stream)), 1 / shape);
        double error = factor * (FLOOR + SPREAD * weibull);
        trials[i] = (fl_stats_trial){ .score = error, .val_loss = error, .value = error };
    }
}

static double coverage(size_t n, size_t k, double shape)
{
    double truth = FLOOR + SPREAD * tgamma(1 + 1 / shape) * fl_exact_pow((double)k, -1 / shape);
    size_t covered = 0;
    for (size_t study = 0; study < STUDIES; study++) {
        fl_random_stream stream = fl_random_stream_start(1, "simulated study", study);
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

/* The table of coverages is what a fresh simulation finds, within three standard errors and half a unit of the table's
 * last digit. */
static void the_stated_coverage_of_few_trials_is_what_they_cover(void **state)
{
    static const size_t ns[] = { 5, 6, 7, 8, 9, 10, 20, 30, 40 };
    for (size_t i = 0; i < sizeof ns / sizeof *ns; i++) {
        double stated = fl_stats_coverage(ns[i]);
        assert_close(coverage(ns[i], ns[i] / 5, 1.5), stated, 3 * fl_stats_rate_error(stated, STUDIES) + 0.005);
    }
}

/* Shares of the pairs about which something is claimed. */
typedef struct claims {
    double differ;       /* the arms do, by the permutation test */
    double contradicted; /* the second is no worse: one-sided, and the interval above zero */
    double shown;        /* the second is no worse than by the margin */
} claims;

/* One standard error of the best of K's error among 5,000 validation examples. */
static double margin_of(size_t k)
{
    double error = FLOOR + SPREAD / (double)k;
    return sqrt(error * (1 - error) / 5000);
}

static claims claims_of(double factor)
{
    enum { N = 60, K = 12 };
    claims share = { 0 };
    for (size_t pair = 0; pair < STUDIES; pair++) {
        fl_random_stream stream = fl_random_stream_start(2, "simulated pair", pair);
        fl_stats_trial a[N], b[N];
        draw_trials(&stream, a, N, 1, 1);
        draw_trials(&stream, b, N, 1, factor);
        fl_stats_difference test = fl_stats_permutation(b, N, a, N, K, PERMUTATIONS, pair);
        fl_stats_gap gap = fl_stats_gap_of(b, N, a, N, K, margin_of(K), PERMUTATIONS, pair);
        share.differ += (test.p < 0.05) / (double)STUDIES;
        share.contradicted += (test.p_worse < 0.05 && gap.low > 0) / (double)STUDIES;
        share.shown += (gap.p_beyond < 0.05) / (double)STUDIES;
    }
    print_message("errors times %.3f: a difference is claimed in %.4f of the pairs, 'not worse' contradicted in %.4f, "
                  "shown in %.4f\n",
                  factor, share.differ, share.contradicted, share.shown);
    return share;
}

static void equal_arms_are_rarely_told_apart(void **state)
{
    claims equal = claims_of(1);
    assert_true(equal.differ <= 0.06 && equal.contradicted <= 0.06);
}

static void arms_ten_percent_apart_mostly_are(void **state)
{
    claims apart = claims_of(1.1);
    assert_true(apart.differ >= 0.70 && apart.contradicted >= 0.80 && apart.shown <= 0.01);
}

/* An arm that is worse by the whole margin must not pass for one that is no worse; one ten percent better should. */
static void not_worse_is_shown_of_arms_that_are_not(void **state)
{
    enum { K = 12 };
    assert_true(claims_of(1 + margin_of(K) / (FLOOR + SPREAD / K)).shown <= 0.07);
    assert_true(claims_of(0.9).shown >= 0.90);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interval_covers_the_truth_in_most_studies),
        cmocka_unit_test(the_stated_coverage_of_few_trials_is_what_they_cover),
        cmocka_unit_test(equal_arms_are_rarely_told_apart),
        cmocka_unit_test(arms_ten_percent_apart_mostly_are),
        cmocka_unit_test(not_worse_is_shown_of_arms_that_are_not),
    };
    return test_run(tests, NULL, NULL);
}
