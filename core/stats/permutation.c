/* The trials of both arms are ranked once; a division is then a label per trial, and dealing the ranked values out by
 * their labels leaves each arm ranked. */
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
    double *values, *deviations; /* by rank within the arm */
    size_t *pairs;               /* by rank within the arm: the number of the trial in its arm */
    size_t n;
} arm;

typedef struct pool {
    size_t n;
    bool paired;
    double *values;   /* by rank among the trials of both arms */
    size_t *pairs;    /* by rank: the number of the trial in its arm */
    uint32_t *labels; /* by rank: 0 or 1, the arm */
    double least_error;
    arm arms[2];
    double *joint; /* deviations by pair */
} pool;

static arm arm_new(size_t n, size_t k)
{
    return (arm){ .jackknife = fl_stats_jackknife_new(n, k),
                  .values = fl_memory_new(n, sizeof(double)),
                  .deviations = fl_memory_new(n, sizeof(double)),
                  .pairs = fl_memory_new(n, sizeof(size_t)) };
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
    free(p->values);
    free(p->pairs);
    free(p->labels);
}

/* --- the statistic of a division --- */

static void deal(pool *p)
{
    p->arms[0].n = p->arms[1].n = 0;
    for (size_t i = 0; i < p->n; i++) {
        arm *to = &p->arms[p->labels[i]];
        to->values[to->n] = p->values[i];
        to->pairs[to->n++] = p->pairs[i];
    }
}

/* What a pair contributes to the difference is one contribution minus the other. */
static double paired_variance(pool *p)
{
    const arm *a = &p->arms[0], *b = &p->arms[1];
    for (size_t i = 0; i < a->n; i++) p->joint[a->pairs[i]] = a->deviations[i];
    for (size_t i = 0; i < b->n; i++) p->joint[b->pairs[i]] -= b->deviations[i];
    return fl_stats_jackknife_variance(p->joint, a->n);
}

static double variance(pool *p)
{
    if (p->paired) return paired_variance(p);
    return fl_stats_jackknife_variance(p->arms[0].deviations, p->arms[0].n) +
           fl_stats_jackknife_variance(p->arms[1].deviations, p->arms[1].n);
}

typedef struct statistic {
    double difference, error, studentized;
} statistic;

static statistic statistic_of(pool *p)
{
    statistic s = { 0 };
    double expected[2];
    deal(p);
    for (int i = 0; i < 2; i++)
        expected[i] = fl_stats_jackknife_of(&p->arms[i].jackknife, p->arms[i].values, p->arms[i].deviations);
    bool known = p->arms[0].jackknife.fewer && p->arms[1].jackknife.fewer;
    s.difference = expected[0] - expected[1];
    s.error = known ? sqrt(variance(p)) : 0;
    if (fabs(s.difference) > p->least_error) s.studentized = s.difference / (known ? fmax(s.error, p->least_error) : 1);
    return s;
}

/* --- divisions --- */

static void divide(pool *p, fl_random_stream *stream, bool *swapped)
{
    if (!p->paired) {
        fl_random_shuffle(stream, p->labels, p->n);
        return;
    }
    for (size_t i = 0; i < p->n / 2; i++) swapped[i] = fl_random_u32(stream) >> 31;
    for (size_t i = 0; i < p->n; i++) p->labels[i] ^= swapped[p->pairs[i]];
}

/* Divisions as extreme as the one that happened, in either direction and upwards. */
typedef struct extremes {
    size_t any, above;
} extremes;

static extremes count_extremes(pool *p, double observed, size_t permutations, uint64_t seed)
{
    fl_random_stream stream = fl_random_stream_start(seed, "permutation", 0);
    bool *swapped = fl_memory_new(p->n, sizeof *swapped);
    double rounding = ROUNDING * fabs(observed);
    extremes count = { 0 };
    for (size_t i = 0; i < permutations; i++) {
        divide(p, &stream, swapped);
        double found = statistic_of(p).studentized;
        count.any += fabs(found) >= fabs(observed) - rounding;
        count.above += found >= observed - rounding;
    }
    free(swapped);
    return count;
}

fl_stats_difference fl_stats_permutation(const fl_stats_arms *arms, size_t permutations, uint64_t seed)
{
    pool p = pool_new(arms);
    statistic observed = statistic_of(&p);
    extremes count = count_extremes(&p, observed.studentized, permutations, seed);
    pool_free(&p);
    double tried = 1.0 + (double)permutations;
    return (fl_stats_difference){ .difference = observed.difference,
                                  .standard_error = observed.error,
                                  .p = (1.0 + (double)count.any) / tried,
                                  .p_worse = (1.0 + (double)count.above) / tried };
}

/* C(n_a + n_b, n_a) divisions, or 2^n, are as likely as the one that happened; with equal sizes each has a mirror image
 * that is as extreme. */
double fl_stats_permutation_least(size_t n_a, size_t n_b, bool paired)
{
    double divisions = 1;
    if (paired) return fmin(1, 2 * pow(0.5, (double)n_a));
    for (size_t i = 1; i <= n_a && divisions < 1e9; i++) divisions *= (double)(n_b + i) / (double)i;
    return (n_a == n_b ? 2 : 1) / divisions;
}
