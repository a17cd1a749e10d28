/* The trials of both arms are ranked once; a division is then a label per rank, and both U-statistics fall out of one
 * walk over the ranks. */
#include "stats/permutation.h"
#include "base/memory.h"
#include "base/random.h"
#include "stats/expected_best.h"
#include "stats/sample.h"

#include <math.h>
#include <stdlib.h>

/* Divisions that differ equally in real numbers must count as equal when their sums are rounded differently. */
static const double ROUNDING = 1e-12;

typedef struct pool {
    size_t n;
    double *values;     /* by rank among the trials of both arms */
    uint32_t *labels;   /* by rank: 0 or 1, the arm */
    double *weights[2]; /* by rank within an arm */
} pool;

static double *subset_weights(size_t n, size_t k)
{
    double *weights = fl_memory_new(n, sizeof *weights);
    fl_stats_subset_weights(n, k, weights);
    return weights;
}

/* Rank the trials of both arms together; the weights are the caller's to fill. */
static pool pool_new(const fl_stats_trial *a, size_t n_a, const fl_stats_trial *b, size_t n_b)
{
    pool p = { .n = n_a + n_b };
    fl_stats_trial *trials = fl_memory_new(p.n, sizeof *trials);
    size_t *order = fl_memory_new(p.n, sizeof *order);
    p.values = fl_memory_new(p.n, sizeof *p.values);
    p.labels = fl_memory_new(p.n, sizeof *p.labels);
    for (size_t i = 0; i < p.n; i++) trials[i] = i < n_a ? a[i] : b[i - n_a];
    fl_stats_rank(trials, p.n, order);
    for (size_t i = 0; i < p.n; i++) {
        p.values[i] = trials[order[i]].value;
        p.labels[i] = order[i] >= n_a;
    }
    free(order);
    free(trials);
    return p;
}

static void pool_free(pool *p)
{
    free(p->values);
    free(p->labels);
    free(p->weights[0]);
    free(p->weights[1]);
}

static double difference(const pool *p)
{
    const double *weights[2] = { p->weights[0], p->weights[1] };
    double expected[2] = { 0, 0 };
    for (size_t i = 0; i < p->n; i++) expected[p->labels[i]] += *weights[p->labels[i]]++ * p->values[i];
    return expected[0] - expected[1];
}

/* Divisions that differ as much as the one that happened, in either direction and upwards. */
typedef struct extremes {
    size_t any, above;
} extremes;

static extremes count_extremes(pool *p, double observed, size_t permutations, uint64_t seed)
{
    fl_random_stream stream = fl_random_stream_start(seed, "permutation", 0);
    double rounding = ROUNDING * fabs(observed);
    extremes count = { 0 };
    for (size_t i = 0; i < permutations; i++) {
        fl_random_shuffle(&stream, p->labels, p->n);
        double found = difference(p);
        count.any += fabs(found) >= fabs(observed) - rounding;
        count.above += found >= observed - rounding;
    }
    return count;
}

fl_stats_difference fl_stats_permutation(const fl_stats_trial *a, size_t n_a, const fl_stats_trial *b, size_t n_b,
                                         size_t k, size_t permutations, uint64_t seed)
{
    pool p = pool_new(a, n_a, b, n_b);
    p.weights[0] = subset_weights(n_a, k);
    p.weights[1] = subset_weights(n_b, k);
    fl_stats_cap(p.values, p.n);
    double observed = difference(&p);
    extremes count = count_extremes(&p, observed, permutations, seed);
    pool_free(&p);
    double tried = 1.0 + (double)permutations;
    return (fl_stats_difference){ .difference = observed,
                                  .p = (1.0 + (double)count.any) / tried,
                                  .p_worse = (1.0 + (double)count.above) / tried };
}
