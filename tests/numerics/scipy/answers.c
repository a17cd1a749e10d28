/* What the statistics say of fixed samples, as JSON on stdout, for scipy.py to compare with what SciPy says. */
#include "stats/expected_best.h"
#include "stats/friedman.h"
#include "stats/gap.h"
#include "stats/mann_whitney.h"
#include "stats/permutation.h"

#include <jansson.h>
#include <stdio.h>

enum { N_A = 6, N_B = 7, WORKLOADS = 6, ARMS = 3, DRAWS = 40000 };

static const double A[N_A] = { 0.117, 0.2385, 0.131, 0.16, 0.33, 0.144 };
static const double B[N_B] = { 0.31, 0.25, 0.52, 0.29, 0.42, 0.128, 0.9 };
static const double RANKED[WORKLOADS][ARMS] = { { 3.1, 2.2, 4.0 }, { 1.5, 1.5, 1.9 }, { 0.7, 0.6, 0.8 },
                                                { 2.2, 2.9, 2.4 }, { 5.0, 4.1, 5.5 }, { 1.0, 0.9, 1.4 } };

static json_t *array(const double *values, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(list, json_real(values[i]));
    return list;
}

static void as_trials(const double *values, size_t n, fl_stats_trial *trials)
{
    for (size_t i = 0; i < n; i++) trials[i] = (fl_stats_trial){ values[i], values[i], values[i] };
}

static json_t *test(size_t n_b, size_t k, bool paired)
{
    fl_stats_trial a[N_A], b[N_B];
    as_trials(A, N_A, a);
    as_trials(B, n_b, b);
    const fl_stats_arms arms = { a, b, N_A, n_b, k, paired };
    fl_stats_difference found = fl_stats_permutation(&arms, DRAWS, 1);
    fl_stats_gap gap = fl_stats_gap_of(&arms, 0, DRAWS, 1);
    return json_pack("{s:i, s:i, s:b, s:f, s:f, s:f, s:f, s:f, s:f}", "n_b", (int)n_b, "k", (int)k, "paired", paired,
                     "difference", found.difference, "error", found.standard_error, "p", found.p, "p_worse",
                     found.p_worse, "low", gap.low, "high", gap.high);
}

int main(void)
{
    double ranks[ARMS];
    fl_stats_u_test u = fl_stats_mann_whitney(A, N_A, B, N_B);
    fl_stats_friedman friedman = fl_stats_friedman_test(RANKED[0], WORKLOADS, ARMS, 1, ranks);
    json_t *tests = json_pack("[o, o, o, o]", test(N_B, 1, false), test(N_B, 2, false), test(N_A, 1, true),
                              test(N_A, 2, true)),
           *rows = json_array();
    for (size_t i = 0; i < WORKLOADS; i++) json_array_append_new(rows, array(RANKED[i], ARMS));
    json_t *all = json_pack("{s:o, s:o, s:o, s:i, s:o, s:{s:f, s:f}, s:{s:f, s:f}}", "a", array(A, N_A), "b",
                            array(B, N_B), "ranked", rows, "draws", DRAWS, "tests", tests, "mann_whitney", "u", u.u,
                            "p", u.p, "friedman", "statistic", friedman.statistic, "p", friedman.p);
    json_dumpf(all, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
    putchar('\n');
    json_decref(all);
    return 0;
}
