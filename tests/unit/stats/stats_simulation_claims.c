/* What the rules about claims are worth, measured on simulated studies (support/simulated.h): paired arms, spaces that
 * are cut off, and studies that are looked at again and again. */
#include "support/fixtures.h"
#include "support/simulated.h"

#include "base/exact.h"
#include "stats/axis.h"
#include "stats/gap.h"
#include "stats/looks.h"
#include "stats/permutation.h"

enum { PERMUTATIONS = 199, RESAMPLES = 199 };

/* --- paired arms: 30 trials, the best of 6, half a point of noise between seeds --- */

typedef struct pairing {
    double paired, unpaired, covered;
} pairing;

/* Both arms see the same points; `apart` lies between them. Unpaired arms are those whose second is in another order.
 */
static pairing pairing_of(double apart)
{
    enum { N = 30, K = 6 };
    const double NOISE = 0.005;
    pairing share = { 0 };
    for (size_t study = 0; study < n_studies; study++) {
        fl_random_stream stream = fl_random_stream_start(3, "simulated pair", study);
        fl_stats_trial a[N], b[N];
        draw_trials(&stream, a, N, SOURCE);
        for (size_t i = 0; i < N; i++) {
            b[i] = simulated_trial(a[i].value + apart + NOISE * fl_random_normal(&stream));
            a[i] = simulated_trial(a[i].value + NOISE * fl_random_normal(&stream));
        }
        fl_stats_arms arms = { b, a, N, N, K, true };
        fl_stats_gap gap = fl_stats_gap_of(&arms, 0, RESAMPLES, study);
        share.covered += (gap.low <= apart && apart <= gap.high) / (double)n_studies;
        share.paired += (fl_stats_permutation(&arms, PERMUTATIONS, study).p < 0.05) / (double)n_studies;
        arms.paired = false;
        share.unpaired += (fl_stats_permutation(&arms, PERMUTATIONS, study).p < 0.05) / (double)n_studies;
    }
    print_message("%g apart: claimed of paired arms in %.4f, of the same unpaired in %.4f; the paired interval covers "
                  "%.4f\n",
                  apart, share.paired, share.unpaired, share.covered);
    return share;
}

static void equal_pairs_are_rarely_told_apart(void **state)
{
    pairing equal = pairing_of(0);
    assert_at_most(equal.paired, 0.05);
}

static void pairs_a_point_apart_are_where_unpaired_arms_are_not(void **state)
{
    pairing apart = pairing_of(0.01);
    assert_at_least(apart.paired, 0.90);
    assert_at_most(apart.unpaired, 0.20);
}

/* As the table says (gap.c), within three standard errors and half a unit of its last digit. */
static void the_stated_coverage_of_few_pairs_is_what_they_cover(void **state)
{
    static const size_t ns[] = { 5, 6, 8, 10, 30, 60 };
    for (size_t i = 0; i < sizeof ns / sizeof *ns; i++) {
        size_t n = ns[i], covered = 0;
        for (size_t study = 0; study < n_studies; study++) {
            fl_random_stream stream = fl_random_stream_start(8, "simulated pair", study);
            fl_stats_trial a[MOST_TRIALS], b[MOST_TRIALS];
            draw_trials(&stream, a, n, (source){ 0.10, 0.08, 1.5 });
            for (size_t t = 0; t < n; t++) {
                b[t] = simulated_trial(a[t].value + 0.005 * fl_random_normal(&stream));
                a[t] = simulated_trial(a[t].value + 0.005 * fl_random_normal(&stream));
            }
            const fl_stats_arms arms = { b, a, n, n, n / 5, true };
            fl_stats_gap gap = fl_stats_gap_of(&arms, 0, 2 * RESAMPLES, study);
            covered += gap.low <= 0 && 0 <= gap.high;
        }
        double share = (double)covered / (double)n_studies, stated = fl_stats_paired_coverage(n);
        print_message("%zu pairs: the interval covers %.4f, stated %.2f\n", n, share, stated);
        assert_true(fabs(share - stated) < tolerance(stated) + 0.005);
    }
}

/* --- cut-off spaces --- */

/* A bowl over the rate and another hyperparameter: the error rises by 2 points per squared decade from the best rate
 * 10^`optimum`, with a tenth of a point of noise. The space has rates 1e-3 to 10, searched by a shifted additive
 * recurrence, as quasi-random as Halton's points (the R2 sequence: powers of 1/1.3247, the root of x^3 = x + 1). */
static void draw_bowl(fl_random_stream *stream, double optimum, fl_stats_trial *trials, double *rates, size_t n)
{
    double shift = fl_random_uniform(stream), other_shift = fl_random_uniform(stream);
    for (size_t i = 0; i < n; i++) {
        double rate = -3 + 4 * fmod(shift + 0.7548776662466927 * (double)i, 1),
               other = 2 * fmod(other_shift + 0.5698402909980532 * (double)i, 1) - 1;
        double height = (rate - optimum) * (rate - optimum) + other * other;
        trials[i] = simulated_trial(0.1 + 0.02 * height + 0.001 * fl_random_normal(stream));
        rates[i] = fl_exact_pow(10, rate);
    }
}

static bool is_cut_off(const fl_study *study, const fl_stats_trial *trials, const double *rates, size_t n)
{
    fl_stats_edge edge;
    fl_trial_values best[MOST_TRIALS];
    size_t order[MOST_TRIALS];
    fl_stats_rank(trials, n, order);
    for (size_t i = 0; i < fl_stats_axis_best(n); i++) {
        best[i] = study->arms[0].base.values;
        best[i].of[FL_TRIAL_OF_OPTIMIZER][0] = rates[order[i]];
    }
    return fl_stats_axis_cut_off(&study->arms[0].space->axes[0], best, n, &edge);
}

typedef struct closing {
    double shown, claimed; /* "b is worse": by the test, and what is left of it */
    double cut_off;        /* the searches of b */
} closing;

/* Arm a has its optimum in the middle of its space, b at 10^`optimum`; both would reach the same error. */
static closing closing_of(double optimum, size_t n)
{
    closing share = { 0 };
    fl_study *study = synthetic_study(BUDGET(5), SGD("sgd"));
    for (size_t i = 0; i < n_studies; i++) {
        fl_random_stream stream = fl_random_stream_start(4, "simulated bowl", i);
        fl_stats_trial a[MOST_TRIALS], b[MOST_TRIALS];
        double rates[MOST_TRIALS];
        draw_bowl(&stream, -1, a, rates, n);
        draw_bowl(&stream, optimum, b, rates, n);
        const fl_stats_arms arms = { b, a, n, n, n / 5, false };
        fl_stats_difference test = fl_stats_permutation(&arms, PERMUTATIONS, i);
        bool worse = test.p < 0.05 && test.difference > 0, cut_off = is_cut_off(study, b, rates, n);
        share.shown += worse / (double)n_studies;
        share.claimed += (worse && !cut_off) / (double)n_studies;
        share.cut_off += cut_off / (double)n_studies;
    }
    fl_study_free(study);
    print_message(
        "optimum %g decades beyond the end, N = %zu: 'worse' is shown in %.4f, claimed in %.4f; cut off %.4f\n",
        optimum - 1, n, share.shown, share.claimed, share.cut_off);
    return share;
}

/* Of what would be claimed without the rule a fifth is left with 30 trials, of which the best tenth are three; less
 * with 60. */
static void most_claims_against_a_space_that_is_cut_off_are_held_back(void **state)
{
    for (double beyond = 0.5; beyond <= 2; beyond *= 2) {
        closing few = closing_of(1 + beyond, 30), more = closing_of(1 + beyond, 60);
        assert_at_least(few.shown, 0.80);
        assert_at_most(few.claimed, 0.30);
        assert_at_most(more.claimed, 0.05);
    }
}

static void a_search_that_is_closed_is_rarely_called_cut_off(void **state)
{
    for (size_t n = 30; n <= 60; n += 30) assert_at_most(closing_of(-1, n).cut_off, 0.01);
}

/* On an axis that does not matter either end may fill with the best trials by chance: of three, twice
 * 3 .1^2 .9 + .1^3 = .056. */
static void nor_is_an_axis_that_does_not_matter(void **state)
{
    fl_study *study = synthetic_study(BUDGET(5), SGD("sgd"));
    double share = 0;
    for (size_t i = 0; i < n_studies; i++) {
        fl_random_stream stream = fl_random_stream_start(5, "simulated axis", i);
        fl_stats_trial trials[30];
        double rates[30];
        draw_trials(&stream, trials, 30, SOURCE);
        for (size_t t = 0; t < 30; t++) rates[t] = fl_exact_pow(10, -3 + 4 * fl_random_uniform(&stream));
        share += is_cut_off(study, trials, rates, 30) / (double)n_studies;
    }
    fl_study_free(study);
    print_message("an axis that does not matter is called cut off in %.4f\n", share);
    assert_true(fabs(share - 0.056) < tolerance(0.056));
}

/* --- looking again --- */

/* The share of studies of equal arms about which something is claimed at one of the looks after 20, 30, ..., 100
 * trials: at .05, and at the level of each look, which must hold as any other test of equal arms does. */
static void looking_again_costs_level(void **state)
{
    size_t at_level = 0, corrected = 0;
    for (size_t study = 0; study < n_studies; study++) {
        fl_random_stream stream = fl_random_stream_start(6, "simulated looks", study);
        fl_stats_trial a[MOST_TRIALS], b[MOST_TRIALS];
        bool claimed = false, claimed_corrected = false;
        draw_trials(&stream, a, MOST_TRIALS, SOURCE);
        draw_trials(&stream, b, MOST_TRIALS, SOURCE);
        for (size_t n = 20, look = 1; n <= MOST_TRIALS; n += 10, look++) {
            const fl_stats_arms arms = { a, b, n, n, 4, false };
            double p = fl_stats_permutation(&arms, 999, study).p;
            claimed = claimed || p < 0.05;
            claimed_corrected = claimed_corrected || p < fl_stats_level_of_look(look);
        }
        at_level += claimed;
        corrected += claimed_corrected;
    }
    double plain = (double)at_level / (double)n_studies, over_looks = (double)corrected / (double)n_studies;
    print_message("nine looks at equal arms: something is claimed in %.4f at .05, in %.4f at the level of each look\n",
                  plain, over_looks);
    assert_at_least(plain, 0.10);
    assert_at_most(over_looks, 0.06);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_pairs_are_rarely_told_apart),
        cmocka_unit_test(the_stated_coverage_of_few_pairs_is_what_they_cover),
        cmocka_unit_test(pairs_a_point_apart_are_where_unpaired_arms_are_not),
        cmocka_unit_test(most_claims_against_a_space_that_is_cut_off_are_held_back),
        cmocka_unit_test(a_search_that_is_closed_is_rarely_called_cut_off),
        cmocka_unit_test(nor_is_an_axis_that_does_not_matter),
        cmocka_unit_test(looking_again_costs_level),
    };
    take_studies(argc, argv);
    return test_run(tests, NULL, NULL);
}
