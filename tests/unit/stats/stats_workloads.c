/* Comparisons over workloads and over spaces: Friedman's test, profiles, ratios of steps, and flips. */
#include "support/simulated.h"

#include "stats/friedman.h"
#include "stats/profile.h"
#include "stats/scaling.h"
#include "stats/scope.h"
#include "stats/steps_ratio.h"

/* --- Friedman --- */

/* Six workloads, three arms ranked 1, 2, 3 on all: chi-square is n (k - 1) = 12, the most there is; of the 6^5 rankings
 * left once one workload's is fixed just one agrees: p = 1/7776. */
static void arms_ranked_alike_everywhere_have_the_least_p(void **state)
{
    double values[18], ranks[3];
    for (size_t i = 0; i < 18; i++) values[i] = (double)(i % 3) + 0.1 * (double)(i / 3);
    fl_stats_friedman test = fl_stats_friedman_test(values, 6, 3, 1, ranks);
    assert_close(test.statistic, 12, 1e-12);
    assert_true(test.exact);
    assert_close(test.p, 1.0 / 7776, 1e-12);
    for (size_t i = 0; i < 3; i++) assert_close(ranks[i], (double)i + 1, 1e-14);
}

/* Two arms: Friedman's test is the sign test. Five of six for one arm: (2 C(6,5) + 2 C(6,6)) / 2^6 = 14/64. */
static void of_two_arms_it_is_the_sign_test(void **state)
{
    const double values[12] = { 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 2, 1 };
    double ranks[2];
    assert_close(fl_stats_friedman_test(values, 6, 2, 1, ranks).p, 14.0 / 64, 1e-12);
}

/* Too many rankings to go through, drawn instead: the same question by both ways. */
static void drawn_rankings_agree_with_all_of_them(void **state)
{
    const double values[12] = { 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 2, 1 };
    double many[60], ranks[2];
    for (size_t i = 0; i < 60; i++) many[i] = values[i % 12];
    fl_stats_friedman test = fl_stats_friedman_test(many, 30, 2, 1, ranks); /* 25 of 30 for one arm */
    double tail = 0, ways = 1;
    for (size_t losses = 0; losses <= 5; losses++) {
        tail += ways;
        ways = ways * (30 - (double)losses) / ((double)losses + 1);
    }
    assert_false(test.exact);
    assert_true(fabs(test.p - 2 * tail / pow(2, 30)) < 1e-4);
}

static void below_six_workloads_nothing_is_claimed(void **state)
{
    double values[15] = { 0 }, ranks[3];
    for (size_t i = 0; i < 15; i++) values[i] = (double)(i % 3);
    assert_true(isnan(fl_stats_friedman_test(values, 5, 3, 1, ranks).p));
}

/* --- profiles --- */

/* Fastest 10, 20 and none: the first arm is within 1 on the first workload and within 1.5 on the second. */
static void a_profile_counts_workloads_within_a_factor(void **state)
{
    const double steps[] = { 10, 40, 30, 20, INFINITY, INFINITY };
    assert_close(fl_stats_profile(steps, 3, 2, 0, 1), 1.0 / 3, 1e-14);
    assert_close(fl_stats_profile(steps, 3, 2, 0, 1.5), 2.0 / 3, 1e-14);
    assert_close(fl_stats_profile(steps, 3, 2, 1, 3.9), 1.0 / 3, 1e-14);
    assert_close(fl_stats_profile(steps, 3, 2, 1, 1e9), 2.0 / 3, 1e-14);
}

/* Workload 1: a at 100 in all trials, b at 100 or 300; workload 2: nobody; workload 3: a at 400, b at 200. At tau 1 a
 * is fastest on workload 1 for sure, b on 3; b is on 1 only where its draws of the best of 2 favour it. */
static void a_profiles_interval_comes_from_the_trials(void **state)
{
    fl_stats_trial trials[6][20];
    for (size_t i = 0; i < 20; i++) {
        trials[0][i] = simulated_trial(100);
        trials[1][i] = simulated_trial(i % 3 ? 300 : 100); /* 7 of 20: the best of 2 is 100 in 1 - 13 12/20 19 = .589 */
        trials[2][i] = trials[3][i] = simulated_trial(INFINITY);
        trials[4][i] = simulated_trial(400);
        trials[5][i] = simulated_trial(200);
    }
    fl_stats_profile_cell cells[6];
    for (size_t i = 0; i < 6; i++) cells[i] = (fl_stats_profile_cell){ trials[i], 20, 1 };
    const double taus[] = { 1, 2 };
    fl_stats_profile_share shares[4];
    fl_stats_profile_shares(cells, 3, 2, 2, taus, 2, 400, 1, shares);
    assert_close(shares[0].share, 1.0 / 3, 1e-12); /* a at 1: never on less than workload 1 alone */
    assert_true(fabs(shares[0].low - 1.0 / 3) < 1e-12 && fabs(shares[0].high - 1.0 / 3) < 1e-12);
    assert_close(shares[1].share, 2.0 / 3, 1e-12); /* b at 1: the median of its best of 2 is 100 */
    assert_true(fabs(shares[1].low - 1.0 / 3) < 1e-12 && fabs(shares[1].high - 2.0 / 3) < 1e-12);
    assert_close(shares[2].share, 2.0 / 3, 1e-12); /* a at 2: 400 is twice 200 */
    cells[4].per_step = 2;                         /* two gradient evaluations a step: four times b's */
    fl_stats_profile_shares(cells, 3, 2, 2, taus, 2, 400, 1, shares);
    assert_close(shares[2].share, 1.0 / 3, 1e-12);
}

/* --- time to target --- */

static double always(const void *resolution, double step)
{
    return *(const double *)resolution;
}

static fl_stats_steps_ratio ratio_of(double a, double b, double resolution)
{
    fl_stats_trial of_a[20], of_b[20];
    for (size_t i = 0; i < 20; i++) {
        of_a[i] = simulated_trial(a);
        of_b[i] = simulated_trial(i < 19 ? b : INFINITY);
    }
    const fl_stats_arms arms = { of_a, of_b, 20, 20, 4, false };
    return fl_stats_steps_ratio_of(&arms, always, &resolution, &resolution, 200, 1);
}

/* Without spread the interval is the resolution's: (300 - 50)/600 to 300/(600 - 50). */
static void the_resolution_enters_the_interval_on_both_sides(void **state)
{
    fl_stats_steps_ratio ratio = ratio_of(300, 600, 50);
    assert_close(ratio.ratio, 0.5, 1e-14);
    assert_close(ratio.low, 250.0 / 600, 1e-12);
    assert_close(ratio.high, 300.0 / 550, 1e-12);
    assert_false(ratio.coarse);
    assert_true(ratio_of(300, 300, 50).coarse && ratio_of(300, 340, 50).coarse);
    assert_false(ratio_of(300, 360, 50).coarse);
}

/* A fifth of the way back from 400, a half from 800: 320/800 to 400/400. */
static double fraction(const void *of, double step)
{
    return *(const double *)of * step;
}

static void each_arm_has_the_resolution_of_its_own_steps(void **state)
{
    const double fifth = 0.2, half = 0.5;
    fl_stats_trial of_a[10], of_b[10];
    for (size_t i = 0; i < 10; i++) {
        of_a[i] = simulated_trial(400);
        of_b[i] = simulated_trial(800);
    }
    const fl_stats_arms arms = { of_a, of_b, 10, 10, 2, false };
    fl_stats_steps_ratio ratio = fl_stats_steps_ratio_of(&arms, fraction, &fifth, &half, 200, 1);
    assert_close(ratio.low, 0.4, 1e-12);
    assert_close(ratio.high, 1, 1e-12);
}

static void a_target_out_of_reach_is_infinitely_far(void **state)
{
    fl_stats_steps_ratio ratio = ratio_of(INFINITY, 600, 50);
    assert_true(isinf(ratio.ratio) && isinf(ratio.low) && isinf(ratio.high));
    assert_true(ratio.reached_a == 0 && fabs(ratio.reached_b - 1) < 1e-12);
    assert_true(isnan(ratio_of(INFINITY, INFINITY, 50).ratio));
}

/* --- batch sizes --- */

enum { BATCHES = 4, PER_BATCH = 30 };

/* Steps 1000 (64/b)^power, none beyond `budgets` times the median; `spread` is the standard deviation of log2 steps
 * between trials. */
static fl_stats_scaling scaling_within(double power, double spread, const double budgets[BATCHES], uint64_t seed)
{
    static fl_stats_trial trials[BATCHES][PER_BATCH];
    fl_stats_scaling_batch batches[BATCHES];
    fl_random_stream stream = fl_random_stream_start(seed, "simulated batches", 0);
    for (size_t b = 0; b < BATCHES; b++) {
        double batch = (double)(64u << b);
        batches[b] = (fl_stats_scaling_batch){ batch, trials[b], PER_BATCH };
        for (size_t i = 0; i < PER_BATCH; i++) {
            double of_median = exp2(spread * fl_random_normal(&stream)),
                   steps = of_median > budgets[b] ? INFINITY : of_median;
            trials[b][i] = simulated_trial(1000 * pow(64 / batch, power) * steps);
        }
    }
    return fl_stats_scaling_of(batches, BATCHES, PER_BATCH / 5, 200, seed);
}

static fl_stats_scaling scaling_of(double power, double spread, uint64_t seed)
{
    return scaling_within(power, spread, (const double[]){ INFINITY, INFINITY, INFINITY, INFINITY }, seed);
}

static void the_slope_is_that_of_the_steps(void **state)
{
    fl_stats_scaling perfect = scaling_of(1, 0, 1), half = scaling_of(0.5, 0, 1);
    assert_close(perfect.slope, -1, 1e-12);
    assert_close(perfect.low, -1, 1e-12);
    assert_close(half.slope, -0.5, 1e-12);
    assert_int_equal(BATCHES, half.n_reached);
}

/* 90 % is what the interval aims at; of medians of few it covers less, as any bootstrap does, but not below .8. */
static void perfect_scaling_is_rarely_excluded_where_it_is_perfect(void **state)
{
    size_t held = 0, excluded = 0;
    for (uint64_t study = 1; study <= n_studies; study++) {
        fl_stats_scaling perfect = scaling_of(1, 0.5, study), none = scaling_of(0.7, 0.5, study);
        held += perfect.low <= -1 && -1 <= perfect.high;
        excluded += none.low > -1;
    }
    double covers = (double)held / (double)n_studies, finds = (double)excluded / (double)n_studies;
    print_message("perfect scaling: the slope's interval covers %.3f; of slope -.7 it is excluded in %.3f\n", covers,
                  finds);
    assert_at_least(covers, 0.8);
    assert_at_least(finds, 0.5);
}

/* A budget that the median best of 6, at .65 of a trial's median, just meets: it reaches in some resamples, misses in
 * others, and what it would add to the slope is its lucky half. Where an interval is told it covers what it covers
 * without a budget, and a batch size on the verge is seldom in it. */
static void a_batch_size_on_the_verge_of_its_budget_is_left_out(void **state)
{
    const double verge[] = { INFINITY, INFINITY, INFINITY, 0.65 }, two[] = { INFINITY, INFINITY, 0.1, 0.1 };
    size_t told = 0, held = 0, taken = 0;
    for (uint64_t study = 1; study <= n_studies; study++) {
        fl_stats_scaling scaling = scaling_within(1, 0.5, verge, study);
        told += !isnan(scaling.low);
        taken += scaling.n_sure == BATCHES;
        held += scaling.low <= -1 && -1 <= scaling.high;
        fl_stats_scaling few = scaling_within(1, 0.5, two, study);
        assert_true(few.n_sure == 2 && isnan(few.low) && isfinite(few.slope));
    }
    double covers = (double)held / (double)told;
    print_message("a batch size on the verge: the interval covers %.3f of the %zu told, it is in %zu of them\n", covers,
                  told, taken);
    assert_true(told > n_studies / 2 && taken < n_studies / 5);
    assert_at_least(covers, 0.8);
}

/* Steps 1000, 500, 250 and, of one trial in thirty, 125: no median reaches there, so three are in the slope. */
static void a_batch_size_that_misses_adds_nothing(void **state)
{
    fl_stats_trial trials[BATCHES][PER_BATCH];
    fl_stats_scaling_batch batches[BATCHES];
    for (size_t b = 0; b < BATCHES; b++) {
        batches[b] = (fl_stats_scaling_batch){ (double)(64u << b), trials[b], PER_BATCH };
        for (size_t i = 0; i < PER_BATCH; i++)
            trials[b][i] = simulated_trial(b == 3 && i ? INFINITY : 1000 / (double)(1u << b));
    }
    fl_stats_scaling scaling = fl_stats_scaling_of(batches, BATCHES, PER_BATCH / 5, 200, 1);
    assert_int_equal(3, scaling.n_reached);
    assert_int_equal(3, scaling.n_sure);
    assert_close(scaling.slope, -1, 1e-12);
    assert_close(scaling.low, -1, 1e-12);
}

/* --- spaces --- */

enum { TRIALS = 50, K = 10, MOST_SCOPES = 200 };

typedef struct scopes {
    double flips, absent, interactions, covered;
} scopes;

/* Per space an arm and its rivals; the first rival's trials are of SOURCE, each later one's a point worse than the one
 * before it. D(narrow) and D(wide) as given, in points, against the first. */
static scopes against(size_t rivals, double step, double narrow, double wide, double margin)
{
    enum { MOST = 3 };
    scopes share = { 0 };
    size_t n = n_studies < MOST_SCOPES ? n_studies : MOST_SCOPES;
    for (size_t study = 0; study < n; study++) {
        fl_random_stream stream = fl_random_stream_start(7, "simulated spaces", study);
        static fl_stats_trial trials[2][1 + MOST][TRIALS];
        fl_stats_arms arms[2][MOST];
        for (size_t s = 0; s < 2; s++) {
            draw_trials(&stream, trials[s][0], TRIALS, (source){ 0.1 + (s ? wide : narrow) / 100, 0.08, 1 });
            for (size_t i = 0; i < rivals; i++) {
                draw_trials(&stream, trials[s][1 + i], TRIALS, (source){ 0.1 + step * (double)i / 100, 0.08, 1 });
                arms[s][i] = (fl_stats_arms){ trials[s][0], trials[s][1 + i], TRIALS, TRIALS, K, false };
            }
        }
        const fl_stats_scope_space in_narrow = { arms[0], rivals }, in_wide = { arms[1], rivals };
        fl_stats_scope scope = fl_stats_scope_of(&in_narrow, &in_wide, margin / 100, 199, study);
        double truth = (narrow - wide) / 100;
        share.flips += (scope.finding == FL_STATS_SCOPE_FLIP) / (double)n;
        share.absent += (scope.finding == FL_STATS_SCOPE_NO_FLIP) / (double)n;
        share.interactions += scope.interacts / (double)n;
        share.covered += (scope.low <= truth && truth <= scope.high) / (double)n;
    }
    print_message("%zu rivals, D = %g and %g points, margin %g: a flip in %.3f, none in %.3f, interaction in %.3f, "
                  "covered %.3f\n",
                  rivals, narrow, wide, margin, share.flips, share.absent, share.interactions, share.covered);
    return share;
}

static scopes scopes_of(double narrow, double wide, double margin)
{
    return against(1, 0, narrow, wide, margin);
}

static void a_flip_is_found_where_there_is_one(void **state)
{
    scopes found = scopes_of(2, -2, 0.5);
    assert_true(found.flips >= 0.9 && found.absent == 0 && found.interactions >= 0.9);
}

/* No difference at all: a flip takes two chances of .05 each way, 2 .05^2; an interaction is seen in about .1. */
static void nothing_is_found_where_there_is_nothing(void **state)
{
    scopes nothing = scopes_of(0, 0, 0);
    assert_true(nothing.flips <= 0.02 && nothing.interactions <= 0.2 && nothing.covered >= 0.8);
}

static void the_same_order_in_both_spaces_is_no_flip(void **state)
{
    scopes same = scopes_of(2, 2, 0.5);
    assert_true(same.flips == 0 && same.absent >= 0.9);
}

/* A wide margin shows the absence where neither sign is shown; a narrow one leaves it open. */
static void absence_needs_an_interval_within_the_margin(void **state)
{
    assert_true(scopes_of(0, 0, 3).absent >= 0.9);
    assert_true(scopes_of(0, 0, 0.1).absent <= 0.05);
}

/* The margin's p is that of the interval: below .05 where the 90 % interval of the only rival lies within it. A flip
 * that is exactly as large as the margin is called none in .05 at most, by whichever of the two tests. */
static void a_flip_as_large_as_the_margin_is_rarely_called_none(void **state)
{
    scopes flipped = scopes_of(2, -8, 2);
    assert_true(flipped.absent <= 0.1);
}

/* The best of three rivals: a point apart, or all equal, where the best of their estimates is the likeliest to look
 * better than it is. */
static void the_best_of_several_rivals_is_one_side(void **state)
{
    scopes found = against(3, 1, 3, -3, 0.5);
    assert_true(found.flips >= 0.9 && found.absent == 0 && found.covered >= 0.8);
    scopes equal = against(3, 0, 0, 0, 0);
    assert_true(equal.flips <= 0.02 && equal.absent <= 0.1 && equal.interactions <= 0.2 && equal.covered >= 0.8);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arms_ranked_alike_everywhere_have_the_least_p),
        cmocka_unit_test(of_two_arms_it_is_the_sign_test),
        cmocka_unit_test(drawn_rankings_agree_with_all_of_them),
        cmocka_unit_test(below_six_workloads_nothing_is_claimed),
        cmocka_unit_test(a_profile_counts_workloads_within_a_factor),
        cmocka_unit_test(a_profiles_interval_comes_from_the_trials),
        cmocka_unit_test(the_resolution_enters_the_interval_on_both_sides),
        cmocka_unit_test(each_arm_has_the_resolution_of_its_own_steps),
        cmocka_unit_test(a_target_out_of_reach_is_infinitely_far),
        cmocka_unit_test(the_slope_is_that_of_the_steps),
        cmocka_unit_test(perfect_scaling_is_rarely_excluded_where_it_is_perfect),
        cmocka_unit_test(a_batch_size_on_the_verge_of_its_budget_is_left_out),
        cmocka_unit_test(a_batch_size_that_misses_adds_nothing),
        cmocka_unit_test(a_flip_is_found_where_there_is_one),
        cmocka_unit_test(nothing_is_found_where_there_is_nothing),
        cmocka_unit_test(the_same_order_in_both_spaces_is_no_flip),
        cmocka_unit_test(absence_needs_an_interval_within_the_margin),
        cmocka_unit_test(a_flip_as_large_as_the_margin_is_rarely_called_none),
        cmocka_unit_test(the_best_of_several_rivals_is_one_side),
    };
    take_studies(argc, argv);
    return test_run(tests, NULL, NULL);
}
