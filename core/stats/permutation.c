/* The trials of both arms are ranked once; a division is then a label per trial, and dealing the ranked values out by
 * their labels leaves each arm ranked. Of many trials only the first ranks of an arm have any weight (expected_best.h),
 * so labels are drawn one by one and dealing stops where both arms have theirs: the same distribution of divisions, at
 * a cost that does not grow with the number of trials. */
#include "stats/permutation.h"
#include "base/memory.h"
#include "base/random.h"
#include "stats/jackknife.h"
#include "stats/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Divisions that are equally extreme in real numbers must count as equal when their sums are rounded differently. */
static const double ROUNDING = 1e-9;

/* A standard error below this fraction of the range of the values is nothing but rounding. */
static const double LEAST_ERROR = 1e-9;

typedef struct arm {
    fl_stats_jackknife jackknife;
    double *values, *deviations; /* by rank within the arm, as far as ranks have weight */
    double beyond;               /* the deviation of every rank behind them */
    size_t *pairs;               /* by rank within the arm: the number of the trial in its arm */
    size_t n, dealt;
} arm;

typedef struct pool {
    size_t n;
    bool paired;
    double *values;   /* by rank among the trials of both arms */
    size_t *pairs;    /* by rank: the number of the trial in its arm */
    uint32_t *labels; /* by rank: 0 or 1, the arm */
    double least_error;
    arm arms[2];
    double *joint;   /* deviations by pair, 0 between statistics */
    size_t *swapped; /* by pair: twice the number of the division that drew it last, and 1 if it swapped the pair */
} pool;

static arm arm_new(size_t n, size_t k)
{
    return (arm){ .jackknife = fl_stats_jackknife_new(n, k),
                  .values = fl_memory_new(n, sizeof(double)),
                  .deviations = fl_memory_new(n, sizeof(double)),
                  .pairs = fl_memory_new(n, sizeof(size_t)),
                  .n = n };
}

static void arm_free(arm *a)
{
    fl_stats_jackknife_free(&a->jackknife);
    free(a->values);
    free(a->deviations);
    free(a->pairs);
}

/* Values relative to the least, so that equal ones are exactly 0. */
static void centre(pool *p)
{
    double least = HUGE_VAL, most = -HUGE_VAL;
    for (size_t i = 0; i < p->n; i++) {
        least = fmin(least, p->values[i]);
        most = fmax(most, p->values[i]);
    }
    for (size_t i = 0; i < p->n; i++) p->values[i] -= least;
    p->least_error = LEAST_ERROR * (most - least);
}

static pool pool_new(const fl_stats_arms *arms)
{
    pool p = { .n = arms->n_a + arms->n_b, .paired = arms->paired };
    fl_stats_trial *trials = fl_stats_arms_capped(arms);
    size_t *order = fl_memory_new(p.n, sizeof *order);
    p.values = fl_memory_new(p.n, sizeof *p.values);
    p.pairs = fl_memory_new(p.n, sizeof *p.pairs);
    p.labels = fl_memory_new(p.n, sizeof *p.labels);
    p.joint = fl_memory_new(arms->n_a, sizeof *p.joint);
    p.swapped = fl_memory_new(arms->n_a, sizeof *p.swapped);
    fl_stats_rank(trials, p.n, order);
    for (size_t i = 0; i < p.n; i++) {
        p.labels[i] = order[i] >= arms->n_a;
        p.pairs[i] = order[i] - (p.labels[i] ? arms->n_a : 0);
        p.values[i] = trials[order[i]].value;
    }
    centre(&p);
    p.arms[0] = arm_new(arms->n_a, arms->k);
    p.arms[1] = arm_new(arms->n_b, arms->k);
    free(order);
    free(trials);
    return p;
}

static void pool_free(pool *p)
{
    arm_free(&p->arms[0]);
    arm_free(&p->arms[1]);
    free(p->joint);
    free(p->swapped);
    free(p->values);
    free(p->pairs);
    free(p->labels);
}

/* --- dealing --- */

static void begin_deal(pool *p)
{
    p->arms[0].dealt = p->arms[1].dealt = 0;
}

/* Has every rank with weight its value? */
static bool is_dealt(const pool *p)
{
    return p->arms[0].dealt == p->arms[0].jackknife.depth && p->arms[1].dealt == p->arms[1].jackknife.depth;
}

/* Hand the trial of pooled rank `i` to an arm. */
static void hand(pool *p, size_t i, size_t label)
{
    arm *to = &p->arms[label];
    if (to->dealt == to->jackknife.depth) return;
    to->values[to->dealt] = p->values[i];
    to->pairs[to->dealt++] = p->pairs[i];
}

static void deal(pool *p)
{
    begin_deal(p);
    for (size_t i = 0; i < p->n && !is_dealt(p); i++) hand(p, i, p->labels[i]);
}

/* A trial goes to an arm with the chance of the places that the arm has left. */
static void deal_at_random(pool *p, fl_random_stream *stream)
{
    size_t left[2] = { p->arms[0].n, p->arms[1].n };
    begin_deal(p);
    for (size_t i = 0; i < p->n && !is_dealt(p); i++) {
        size_t label = fl_random_below(stream, left[0] + left[1]) >= left[0];
        left[label]--;
        hand(p, i, label);
    }
}

/* Swap the labels of a pair or not. */
static void toss(size_t *swapped, size_t division, fl_random_stream *stream)
{
    *swapped = 2 * division + ((*swapped & 1) ^ fl_random_u32(stream) >> 31);
}

/* Pairs are tossed when the first of their trials is met. */
static void deal_pairs(pool *p, fl_random_stream *stream, size_t division)
{
    begin_deal(p);
    for (size_t i = 0; i < p->n && !is_dealt(p); i++) {
        size_t *swapped = &p->swapped[p->pairs[i]];
        if (*swapped / 2 != division) toss(swapped, division, stream);
        hand(p, i, p->labels[i] ^ (*swapped & 1));
    }
}

static bool has_depth(const pool *p)
{
    return p->arms[0].jackknife.depth < p->arms[0].n || p->arms[1].jackknife.depth < p->arms[1].n;
}

/* Deal out division number `division`, from 1. */
static void divide(pool *p, fl_random_stream *stream, size_t division)
{
    for (size_t i = 0; p->paired && !has_depth(p) && i < p->arms[0].n; i++) toss(&p->swapped[i], division, stream);
    if (p->paired) {
        deal_pairs(p, stream, division);
    } else if (has_depth(p)) {
        deal_at_random(p, stream);
    } else {
        fl_random_shuffle(stream, p->labels, p->n);
        deal(p);
    }
}

/* --- the statistic of a division --- */

/* Over pairs whose contribution is `beyond` but for that of one arm's leading trials; each is met once. */
static double sum_over_pairs(pool *p, const arm *a, double beyond)
{
    double sum = 0;
    for (size_t i = 0; i < a->dealt; i++) {
        double *joint = &p->joint[a->pairs[i]], whole = *joint + beyond;
        sum += whole * whole - beyond * beyond;
        *joint = 0;
    }
    return sum;
}

/* What a pair contributes to the difference is one contribution minus the other. */
static double paired_variance(pool *p)
{
    const arm *a = &p->arms[0], *b = &p->arms[1];
    double beyond = a->beyond - b->beyond, n = (double)a->n;
    for (size_t i = 0; i < a->dealt; i++) p->joint[a->pairs[i]] += a->deviations[i] - a->beyond;
    for (size_t i = 0; i < b->dealt; i++) p->joint[b->pairs[i]] -= b->deviations[i] - b->beyond;
    double sum = sum_over_pairs(p, a, beyond) + sum_over_pairs(p, b, beyond) + n * beyond * beyond;
    return fmax(0, sum) * (n - 1) / n;
}

static double variance(pool *p)
{
    if (p->paired) return paired_variance(p);
    double sum = 0;
    for (const arm *a = p->arms; a < p->arms + 2; a++)
        sum += fl_stats_jackknife_variance(&a->jackknife, a->deviations, a->beyond);
    return sum;
}

typedef struct statistic {
    double difference, error, studentized;
} statistic;

/* Of the division that was dealt. */
static statistic statistic_of(pool *p)
{
    statistic s = { 0 };
    double expected[2];
    for (int i = 0; i < 2; i++) {
        arm *a = &p->arms[i];
        expected[i] = fl_stats_jackknife_of(&a->jackknife, a->values, a->deviations, &a->beyond);
    }
    bool known = p->arms[0].jackknife.fewer && p->arms[1].jackknife.fewer;
    s.difference = expected[0] - expected[1];
    s.error = known ? sqrt(variance(p)) : 0;
    if (fabs(s.difference) > p->least_error) s.studentized = s.difference / (known ? fmax(s.error, p->least_error) : 1);
    return s;
}

/* --- p --- */

/* How many there are, all as likely as the one that happened: C(n_a + n_b, n_a) or 2^n; too many to count exactly are
 * some large number. */
static double count_divisions(size_t n_a, size_t n_b, bool paired)
{
    double divisions = 1;
    if (paired) return pow(2, (double)n_a);
    for (size_t i = 1; i <= n_a && divisions < 1e9; i++) divisions = divisions * (double)(n_b + i) / (double)i;
    return divisions;
}

/* Divisions as extreme as the one that happened, in either direction and upwards. */
typedef struct extremes {
    double observed;
    size_t any, above;
} extremes;

static void count(extremes *e, double found)
{
    double rounding = ROUNDING * fabs(e->observed);
    e->any += fabs(found) >= fabs(e->observed) - rounding;
    e->above += found >= e->observed - rounding;
}

static void take_divisions(pool *p, double observed, size_t permutations, uint64_t seed, fl_stats_difference *test)
{
    fl_random_stream stream = fl_random_stream_start(seed, "permutation", 0);
    extremes found = { .observed = observed };
    for (size_t i = 1; i <= permutations; i++) {
        divide(p, &stream, i);
        count(&found, statistic_of(p).studentized);
    }
    test->p = (1.0 + (double)found.any) / (1.0 + (double)permutations);
    test->p_worse = (1.0 + (double)found.above) / (1.0 + (double)permutations);
}

static void swap(uint32_t *a, uint32_t *b)
{
    uint32_t old = *a;
    *a = *b;
    *b = old;
}

/* The next order of the labels, of which the first has each arm's together. */
static void next_labels(pool *p)
{
    size_t last = p->n - 1, other = p->n - 1;
    while (last > 0 && p->labels[last - 1] >= p->labels[last]) last--;
    while (last > 0 && p->labels[other] <= p->labels[last - 1]) other--;
    if (last > 0) swap(&p->labels[last - 1], &p->labels[other]);
    for (size_t i = last, k = p->n - 1; i < k; i++, k--) swap(&p->labels[i], &p->labels[k]);
}

/* Deal out division number `division` of all, from 0. */
static void divide_in_turn(pool *p, size_t division)
{
    if (p->paired) {
        for (size_t i = 0; i < p->arms[0].n; i++) p->swapped[i] = 2 * (division + 1) + (division >> i & 1);
        deal_pairs(p, NULL, division + 1);
        return;
    }
    for (size_t i = 0; division == 0 && i < p->n; i++) p->labels[i] = i >= p->arms[0].n;
    if (division > 0) next_labels(p);
    deal(p);
}

static void take_all_divisions(pool *p, double observed, size_t divisions, fl_stats_difference *test)
{
    extremes found = { .observed = observed };
    for (size_t i = 0; i < divisions; i++) {
        divide_in_turn(p, i);
        count(&found, statistic_of(p).studentized);
    }
    test->p = (double)found.any / (double)divisions;
    test->p_worse = (double)found.above / (double)divisions;
}

static void take_normal_limit(double observed, fl_stats_difference *test)
{
    test->p = erfc(fabs(observed) / M_SQRT2);
    test->p_worse = erfc(observed / M_SQRT2) / 2;
}

fl_stats_difference fl_stats_permutation(const fl_stats_arms *arms, size_t permutations, uint64_t seed)
{
    pool p = pool_new(arms);
    deal(&p);
    statistic observed = statistic_of(&p);
    fl_stats_difference test = { .difference = observed.difference, .standard_error = observed.error };
    double divisions = count_divisions(arms->n_a, arms->n_b, arms->paired);
    if (fl_stats_arms_many(arms))
        take_normal_limit(observed.studentized, &test);
    else if (divisions <= (double)permutations)
        take_all_divisions(&p, observed.studentized, (size_t)lround(divisions), &test);
    else
        take_divisions(&p, observed.studentized, permutations, seed, &test);
    pool_free(&p);
    return test;
}

/* With equal sizes each division has a mirror image that is as extreme. */
double fl_stats_permutation_least(size_t n_a, size_t n_b, bool paired)
{
    return fmin(1, (paired || n_a == n_b ? 2 : 1) / count_divisions(n_a, n_b, paired));
}
