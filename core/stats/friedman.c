/* With rank sums R_j of k arms over n workloads the statistic is
 *     12 / (n k (k + 1)) sum R_j^2 - 3 n (k + 1), over 1 - sum (t^3 - t) / (n k (k^2 - 1)) for groups of t ties.
 * Ranks are permuted within workloads, so only sum R_j^2 changes. The first workload's ranks may stay: renaming the
 * arms changes nothing. */
#include "stats/friedman.h"
#include "base/memory.h"
#include "base/random.h"
#include "stats/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_EXACT = 2000000, DRAWN = 100000 };
static const double ROUNDING = 1e-9;

typedef struct table {
    size_t n_workloads, n_arms;
    double *ranks; /* workload after workload */
    double *sums;  /* by arm */
} table;

void fl_stats_mean_ranks(const double *values, size_t n_workloads, size_t n_arms, double *mean_ranks)
{
    double *ranks = fl_memory_new(n_arms, sizeof *ranks);
    memset(mean_ranks, 0, n_arms * sizeof *mean_ranks);
    for (size_t w = 0; w < n_workloads; w++) {
        fl_stats_ranks(values + w * n_arms, n_arms, ranks);
        for (size_t i = 0; i < n_arms; i++) mean_ranks[i] += ranks[i] / (double)n_workloads;
    }
    free(ranks);
}

static double sum_of_squares(const table *t)
{
    double sum = 0;
    memset(t->sums, 0, t->n_arms * sizeof *t->sums);
    for (size_t i = 0; i < t->n_workloads * t->n_arms; i++) t->sums[i % t->n_arms] += t->ranks[i];
    for (size_t i = 0; i < t->n_arms; i++) sum += t->sums[i] * t->sums[i];
    return sum;
}

/* Rankings as extreme, and all of them. */
typedef struct count {
    double extreme, all;
} count;

/* Every arrangement of the workloads from `workload` on, given the sums of those before it. Arms are given the ranks of
 * the workload one after the other. */
static void enumerate(const table *t, size_t workload, size_t arm, unsigned used, double *sums, double observed,
                      count *found)
{
    if (workload == t->n_workloads) {
        double sum = 0;
        for (size_t i = 0; i < t->n_arms; i++) sum += sums[i] * sums[i];
        found->all++;
        found->extreme += sum >= observed * (1 - ROUNDING);
        return;
    }
    if (arm == t->n_arms) {
        enumerate(t, workload + 1, 0, 0, sums, observed, found);
        return;
    }
    for (size_t i = 0; i < t->n_arms; i++) {
        if (used >> i & 1) continue;
        double rank = t->ranks[workload * t->n_arms + i];
        sums[arm] += rank;
        enumerate(t, workload, arm + 1, used | 1u << i, sums, observed, found);
        sums[arm] -= rank;
    }
}

static void shuffle(fl_random_stream *stream, double *items, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t other = fl_random_below(stream, i);
        double item = items[i - 1];
        items[i - 1] = items[other];
        items[other] = item;
    }
}

static count draw(const table *t, double observed, uint64_t seed)
{
    count found = { 1, 1 };
    fl_random_stream stream = fl_random_stream_start(seed, "ranks", 0);
    for (; found.all <= DRAWN; found.all++) {
        for (size_t w = 0; w < t->n_workloads; w++) shuffle(&stream, t->ranks + w * t->n_arms, t->n_arms);
        found.extreme += sum_of_squares(t) >= observed * (1 - ROUNDING);
    }
    return found;
}

static bool is_few(const table *t)
{
    double rankings = 1;
    for (size_t w = 1; w < t->n_workloads && rankings <= MOST_EXACT; w++)
        for (size_t i = 2; i <= t->n_arms; i++) rankings *= (double)i;
    return rankings <= MOST_EXACT;
}

static double p_of(const table *t, double observed, bool exact, uint64_t seed)
{
    count found = { 0 };
    if (t->n_workloads < FL_STATS_LEAST_WORKLOADS) return NAN;
    if (exact) {
        memcpy(t->sums, t->ranks, t->n_arms * sizeof *t->sums);
        enumerate(t, 1, 0, 0, t->sums, observed, &found);
    } else {
        found = draw(t, observed, seed);
    }
    return found.extreme / found.all;
}

fl_stats_friedman fl_stats_friedman_test(const double *values, size_t n_workloads, size_t n_arms, uint64_t seed,
                                         double *mean_ranks)
{
    double n = (double)n_workloads, k = (double)n_arms, ties = 0;
    table t = { n_workloads, n_arms, fl_memory_new(n_workloads * n_arms, sizeof *t.ranks),
                fl_memory_new(n_arms, sizeof *t.sums) };
    for (size_t w = 0; w < n_workloads; w++) ties += fl_stats_ranks(values + w * n_arms, n_arms, t.ranks + w * n_arms);
    double squares = sum_of_squares(&t), scale = 1 - ties / (n * k * (k * k - 1));
    for (size_t i = 0; i < n_arms; i++) mean_ranks[i] = t.sums[i] / n;
    fl_stats_friedman test = { .exact = is_few(&t) };
    test.statistic = scale > 0 ? (12 / (n * k * (k + 1)) * squares - 3 * n * (k + 1)) / scale : 0;
    test.p = p_of(&t, squares, test.exact, seed);
    free(t.ranks);
    free(t.sums);
    return test;
}
