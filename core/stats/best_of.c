/* The exact distribution of Choi et al.'s bootstrap.
 *
 * With trials ranked 1..N in the order of selection, the best of K draws with replacement has rank r with weight
 *     P(rank >= r) - P(rank >= r + 1) = ((N - r + 1) / N)^K - ((N - r) / N)^K.
 * The reported value need not rise with the rank (a test error of what validation chose), so percentiles sort it anew.
 */
#include "stats/best_of.h"
#include "base/exact.h"
#include "base/memory.h"
#include "stats/expected_best.h"
#include "stats/sample.h"

#include <stdlib.h>

/* Of many trials, ranks behind those before which all but so much of the weight lies have none. */
static const double NO_WEIGHT = 1e-30;

/* A rank whose cumulated weight is p in real numbers must not be passed over for a rounding error. */
static const double ROUNDING = 1e-12;

/* N trials made ready for the distribution at any K. */
typedef struct ranking {
    size_t n;
    double *values;   /* by rank */
    size_t *by_value; /* ranks from the lowest value to the highest */
    double *weights;  /* by rank, for the K at hand */
} ranking;

static ranking ranking_new(const fl_stats_trial *trials, size_t n)
{
    ranking r = {
        .n = n,
        .values = fl_memory_new(n, sizeof *r.values),
        .by_value = fl_memory_new(n, sizeof *r.by_value),
        .weights = fl_memory_new(n, sizeof *r.weights),
    };
    fl_stats_ranked_values(trials, n, r.values);
    fl_stats_order(r.values, n, r.by_value);
    return r;
}

static void ranking_free(ranking *r)
{
    free(r->values);
    free(r->by_value);
    free(r->weights);
}

static void fill_weights(ranking *r, size_t k)
{
    double left = 1, least = r->n > FL_STATS_MANY ? NO_WEIGHT : 0;
    for (size_t i = 0; i < r->n; i++) {
        double next = left > least ? fl_exact_pow((double)(r->n - i - 1) / (double)r->n, (double)k) : 0;
        r->weights[i] = left - next;
        left = next;
    }
}

/* The smallest value that at least a share p of the draws does not exceed. */
static double percentile(const ranking *r, double p)
{
    size_t i = 0;
    double reached = r->weights[r->by_value[0]];
    while (i + 1 < r->n && reached < p - ROUNDING) reached += r->weights[r->by_value[++i]];
    return r->values[r->by_value[i]];
}

static fl_stats_distribution distribution_at(ranking *r, size_t k)
{
    fill_weights(r, k);
    fl_stats_distribution distribution = {
        .k = k, .low = percentile(r, 0.05), .median = percentile(r, 0.5), .high = percentile(r, 0.95)
    };
    distribution.mean = fl_stats_finite_mean(r->values, r->weights, r->n, &distribution.finite);
    return distribution;
}

fl_stats_distribution fl_stats_best_of(const fl_stats_trial *trials, size_t n, size_t k)
{
    ranking r = ranking_new(trials, n);
    fl_stats_distribution answer = distribution_at(&r, k);
    ranking_free(&r);
    return answer;
}

size_t fl_stats_best_of_each(const fl_stats_trial *trials, size_t n,
                             fl_stats_distribution distributions[FL_STATS_DISTRIBUTIONS])
{
    ranking r = ranking_new(trials, n);
    size_t count = 0;
    for (size_t k = 1; k < n; k *= 2) distributions[count++] = distribution_at(&r, k);
    distributions[count++] = distribution_at(&r, n);
    ranking_free(&r);
    return count;
}
