/* Percentiles of resampled differences (Efron 1979). A resample repeats trials, which makes its estimate too high by a
 * known amount (expected_best.c); the amounts of the two arms are taken off. Of so many trials that the difference is
 * normal (arms.h) the jackknife's standard error says the same. */
#include "stats/gap.h"
#include "base/memory.h"
#include "base/random.h"
#include "stats/expected_best.h"
#include "stats/permutation.h"
#include "stats/resample.h"
#include "stats/sample.h"
#include "stats/subsets.h"

#include <math.h>
#include <stdlib.h>

static size_t count_above(const double *values, size_t n, double margin)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) count += values[i] > margin;
    return count;
}

/* --- pairs: drawn together, and with a pair both its trials --- */

/* How often each pair is drawn in the resample at hand. Of many the pairs are drawn when they are first met, since only
 * those with leading trials are. */
typedef struct pairs {
    fl_random_stream stream;
    size_t n, round, *rounds; /* by pair: the round that drew it last */
    uint32_t *counts;
    fl_stats_draws left;
    bool at_once;
} pairs;

static pairs pairs_new(size_t n, bool at_once, uint64_t seed)
{
    return (pairs){ .stream = fl_random_stream_start(seed, "bootstrap", 0),
                    .n = n,
                    .rounds = fl_memory_new(n, sizeof(size_t)),
                    .counts = fl_memory_new(n, sizeof(uint32_t)),
                    .at_once = at_once };
}

static void pairs_free(pairs *p)
{
    free(p->rounds);
    free(p->counts);
}

static void draw_again(pairs *p)
{
    p->round++;
    p->left = (fl_stats_draws){ p->n, p->n };
    if (!p->at_once) return;
    for (size_t i = 0; i < p->n; i++) p->counts[i] = 0;
    for (size_t i = 0; i < p->n; i++) p->counts[fl_random_below(&p->stream, p->n)]++;
}

static size_t count_of(pairs *p, size_t pair)
{
    if (!p->at_once && p->rounds[pair] != p->round) {
        p->rounds[pair] = p->round;
        p->counts[pair] = (uint32_t)fl_stats_times_drawn(&p->stream, &p->left);
    }
    return p->counts[pair];
}

/* The U-statistic of the drawn trials of one arm, given their order. */
static double drawn_best(pairs *p, const fl_stats_trial *trials, const size_t *order, const double *weights,
                         size_t depth)
{
    double sum = 0;
    for (size_t i = 0, at = 0; i < p->n && at < depth; i++)
        for (size_t c = count_of(p, order[i]); c && at < depth; c--) sum += weights[at++] * trials[order[i]].value;
    return sum;
}

static void resample_pairs(const fl_stats_trial *a, const fl_stats_trial *b, size_t n, size_t k, uint64_t seed,
                           double *differences, size_t resamples)
{
    size_t *order_a = fl_memory_new(n, sizeof *order_a), *order_b = fl_memory_new(n, sizeof *order_b);
    double *weights = fl_memory_new(n, sizeof *weights);
    double bias = fl_stats_expected_best_bias(a, n, k) - fl_stats_expected_best_bias(b, n, k);
    size_t depth = fl_stats_depth(n, k);
    pairs drawn = pairs_new(n, depth == n, seed);
    fl_stats_rank(a, n, order_a);
    fl_stats_rank(b, n, order_b);
    fl_stats_subset_weights(n, k, weights);
    for (size_t r = 0; r < resamples; r++) {
        draw_again(&drawn);
        differences[r] =
            drawn_best(&drawn, a, order_a, weights, depth) - drawn_best(&drawn, b, order_b, weights, depth) - bias;
    }
    free(order_a);
    free(order_b);
    free(weights);
    pairs_free(&drawn);
}

/* --- arms apart --- */

static void resample_apart(const fl_stats_arms *arms, const fl_stats_trial *a, const fl_stats_trial *b, uint64_t seed,
                           double *differences, size_t resamples)
{
    double *other = fl_memory_new(resamples, sizeof *other);
    fl_stats_expected_best_resampled(a, arms->n_a, arms->k, seed, differences, resamples);
    fl_stats_expected_best_resampled(b, arms->n_b, arms->k, seed + 1, other, resamples);
    for (size_t i = 0; i < resamples; i++) differences[i] -= other[i];
    free(other);
}

/* Draws of the normal limit. */
static void resample_normal(const fl_stats_arms *arms, uint64_t seed, double *differences, size_t resamples)
{
    fl_stats_difference found = fl_stats_permutation(arms, 0, seed);
    fl_random_stream stream = fl_random_stream_start(seed, "bootstrap", 0);
    fl_random_normals(&stream, differences, resamples);
    for (size_t i = 0; i < resamples; i++) differences[i] = found.difference + found.standard_error * differences[i];
}

void fl_stats_gap_resampled(const fl_stats_arms *arms, uint64_t seed, double *differences, size_t resamples)
{
    fl_stats_trial *a = fl_stats_arms_capped(arms), *b = a + arms->n_a;
    if (fl_stats_arms_many(arms))
        resample_normal(arms, seed, differences, resamples);
    else if (arms->paired)
        resample_pairs(a, b, arms->n_a, arms->k, seed, differences, resamples);
    else
        resample_apart(arms, a, b, seed, differences, resamples);
    free(a);
}

static fl_stats_gap resampled_gap(const fl_stats_arms *arms, double margin, size_t resamples, uint64_t seed)
{
    double finite, *gaps = fl_memory_new(resamples, sizeof *gaps);
    fl_stats_trial *a = fl_stats_arms_capped(arms), *b = a + arms->n_a;
    fl_stats_gap_resampled(arms, seed, gaps, resamples);
    fl_stats_sort(gaps, resamples);
    fl_stats_gap gap = {
        .difference = fl_stats_expected_best(a, arms->n_a, arms->k, &finite) -
                      fl_stats_expected_best(b, arms->n_b, arms->k, &finite),
        .low = fl_stats_quantile(gaps, resamples, 0.05),
        .high = fl_stats_quantile(gaps, resamples, 0.95),
        .p_beyond = (1.0 + (double)count_above(gaps, resamples, margin)) / (1.0 + (double)resamples),
    };
    free(a);
    free(gaps);
    return gap;
}

static fl_stats_gap normal_gap(const fl_stats_arms *arms, double margin, uint64_t seed)
{
    fl_stats_difference found = fl_stats_permutation(arms, 0, seed);
    double reach = FL_STATS_Z_95 * found.standard_error, apart = margin - found.difference;
    return (fl_stats_gap){ .difference = found.difference,
                           .low = found.difference - reach,
                           .high = found.difference + reach,
                           .p_beyond = found.standard_error > 0 ? erfc(apart / found.standard_error / M_SQRT2) / 2
                                                                : apart < 0 };
}

fl_stats_gap fl_stats_gap_of(const fl_stats_arms *arms, double margin, size_t resamples, uint64_t seed)
{
    return fl_stats_arms_many(arms) ? normal_gap(arms, margin, seed) : resampled_gap(arms, margin, resamples, seed);
}

/* By tests/unit/stats/stats_simulation_claims.c: 20,000 studies each of equal arms, Weibull of shape 1.5 with spread
 * .08 and half a point of noise between seeds, K = n/5. */
static const struct {
    size_t n;
    double share;
} coverages[] = { { 5, 0.78 }, { 6, 0.81 }, { 8, 0.83 }, { 30, 0.84 } };

double fl_stats_paired_coverage(size_t n)
{
    double share = NAN;
    for (size_t i = 0; i < sizeof coverages / sizeof *coverages && coverages[i].n <= n; i++) share = coverages[i].share;
    return share;
}
