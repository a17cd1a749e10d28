/* What intervals and tests are worth, measured on simulated studies (support/simulated.h).
 *
 * Intervals must cover in .85 to .93 of the studies (90 % is what they aim at), a difference may be claimed in .05 of
 * the pairs of equal arms, in .08 of those that are equal in E[best of K] alone, and must be in .70 of those 10 %
 * apart. "Not worse" may be contradicted in .05 of the pairs of equal arms, and must be in .80 of those whose second
 * arm is 10 % worse; it may be shown in .05 of those worse by the whole margin, and must be in .90 of those 10 %
 * better.
 */
#include "support/simulated.h"

#include "stats/expected_best.h"
#include "stats/gap.h"
#include "stats/permutation.h"

enum { RESAMPLES = 400, PERMUTATIONS = 199 };

static double coverage(size_t n, size_t k, double shape)
{
    source from = { SOURCE.floor, SOURCE.spread, shape };
    size_t covered = 0;
    for (size_t study = 0; study < n_studies; study++) {
        fl_random_stream stream = fl_random_stream_start(1, "simulated study", study);
        fl_stats_trial trials[MOST_TRIALS];
        draw_trials(&stream, trials, n, from);
        fl_stats_interval interval = fl_stats_expected_best_interval(trials, n, k, RESAMPLES, study);
        covered += interval.claimed && interval.low <= best_of(from, k) && best_of(from, k) <= interval.high;
    }
    double share = (double)covered / (double)n_studies;
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
        assert_at_least(share, 0.85);
        assert_at_most(share, 0.93);
    }
}

/* The table of coverages is what a fresh simulation finds, within three standard errors and half a unit of the table's
 * last digit. */
static void the_stated_coverage_of_few_trials_is_what_they_cover(void **state)
{
    static const size_t ns[] = { 5, 6, 7, 8, 9, 10, 20, 30, 40 };
    for (size_t i = 0; i < sizeof ns / sizeof *ns; i++) {
        double stated = fl_stats_coverage(ns[i]);
        assert_close(coverage(ns[i], ns[i] / 5, 1.5), stated, tolerance(stated) + 0.005);
    }
}

/* --- pairs --- */

/* Shares of the pairs about which something is claimed. */
typedef struct claims {
    double differ;       /* the arms do, by the permutation test */
    double contradicted; /* the second is no worse: one-sided, and the interval above zero */
    double shown;        /* the second is no worse than by the margin */
    double covered;      /* the interval of the difference holds it */
} claims;

/* One standard error of the best of K's error among 5,000 validation examples. */
static double margin_of(size_t k)
{
    double error = best_of(SOURCE, k);
    return sqrt(error * (1 - error) / 5000);
}

static claims claims_of(source a, source b, size_t n)
{
    claims share = { 0 };
    size_t k = n / 5;
    double truth = best_of(b, k) - best_of(a, k);
    for (size_t pair = 0; pair < n_studies; pair++) {
        fl_random_stream stream = fl_random_stream_start(2, "simulated pair", pair);
        fl_stats_trial of_a[MOST_TRIALS], of_b[MOST_TRIALS];
        draw_trials(&stream, of_a, n, a);
        draw_trials(&stream, of_b, n, b);
        const fl_stats_arms arms = { of_b, of_a, n, n, k, false };
        fl_stats_difference test = fl_stats_permutation(&arms, PERMUTATIONS, pair);
        fl_stats_gap gap = fl_stats_gap_of(&arms, margin_of(k), PERMUTATIONS, pair);
        share.differ += (test.p < 0.05) / (double)n_studies;
        share.contradicted += (test.p_worse < 0.05 && gap.low > 0) / (double)n_studies;
        share.shown += (gap.p_beyond < 0.05) / (double)n_studies;
        share.covered += (gap.low <= truth && truth <= gap.high) / (double)n_studies;
    }
    print_message(
        "N = %zu, shape %g, spreads 1 : %g, apart by %+.4f: a difference is claimed in %.4f of the pairs, 'not "
        "worse' contradicted in %.4f, shown in %.4f; the interval covers %.4f\n",
        n, a.shape, b.spread / a.spread, truth, share.differ, share.contradicted, share.shown, share.covered);
    return share;
}

static void equal_arms_are_rarely_told_apart(void **state)
{
    claims equal = claims_of(SOURCE, SOURCE, 60);
    assert_at_most(equal.differ, 0.05);
    assert_at_most(equal.contradicted, 0.05);
}

/* Arms with the same E[best of K], one from a space several times as wide. */
static void nor_are_arms_of_unlike_spread(void **state)
{
    const double shapes[] = { 1, 2 }, ratios[] = { 4, 16 };
    const size_t ns[] = { 30, 60 };
    for (size_t i = 0; i < 8; i++) {
        source narrow = { 0.10, 0.02, shapes[i & 1] }, wide = { 0, 0.02 * ratios[i >> 1 & 1], narrow.shape };
        size_t n = ns[i >> 2 & 1];
        wide.floor = best_of(narrow, n / 5) - above_floor(wide, n / 5);
        assert_at_most(claims_of(narrow, wide, n).differ, 0.08);
    }
}

static void arms_ten_percent_apart_mostly_are(void **state)
{
    claims apart = claims_of(SOURCE, times(SOURCE, 1.1), 60);
    assert_at_least(apart.differ, 0.70);
    assert_at_least(apart.contradicted, 0.80);
    assert_at_most(apart.shown, 0.01);
    assert_at_least(apart.covered, 0.85);
}

/* An arm that is worse by the whole margin must not pass for one that is no worse; one ten percent better should. */
static void not_worse_is_shown_of_arms_that_are_not(void **state)
{
    assert_at_most(claims_of(SOURCE, times(SOURCE, 1 + margin_of(12) / best_of(SOURCE, 12)), 60).shown, 0.05);
    assert_at_least(claims_of(SOURCE, times(SOURCE, 0.9), 60).shown, 0.90);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interval_covers_the_truth_in_most_studies),
        cmocka_unit_test(the_stated_coverage_of_few_trials_is_what_they_cover),
        cmocka_unit_test(equal_arms_are_rarely_told_apart),
        cmocka_unit_test(nor_are_arms_of_unlike_spread),
        cmocka_unit_test(arms_ten_percent_apart_mostly_are),
        cmocka_unit_test(not_worse_is_shown_of_arms_that_are_not),
    };
    take_studies(argc, argv);
    return test_run(tests, NULL, NULL);
}
