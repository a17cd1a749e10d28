/* Ratios of step counts; the rounding of one must not push an arm off its own step. */
#include "stats/profile.h"
#include "base/memory.h"
#include "stats/sample.h"
#include "stats/steps_best.h"

#include <math.h>
#include <stdlib.h>

double fl_stats_profile(const double *steps, size_t n_workloads, size_t n_arms, size_t arm, double tau)
{
    size_t within = 0;
    for (size_t w = 0; w < n_workloads; w++) {
        const double *row = steps + w * n_arms;
        double fastest = HUGE_VAL;
        for (size_t i = 0; i < n_arms; i++) fastest = fmin(fastest, row[i]);
        within += isfinite(row[arm]) && row[arm] <= tau * fastest * (1 + 1e-12);
    }
    return (double)within / (double)n_workloads;
}

/* --- intervals --- */

/* Profiles of all arms at all taus, from the steps of a table of cells. */
static void fill(const double *steps, size_t n_workloads, size_t n_arms, const double *taus, size_t n_taus,
                 double *profiles)
{
    for (size_t t = 0; t < n_taus; t++)
        for (size_t arm = 0; arm < n_arms; arm++)
            profiles[t * n_arms + arm] = fl_stats_profile(steps, n_workloads, n_arms, arm, taus[t]);
}

/* A share's percentiles: of `n` columns, column `i` of `resamples` rows. */
static void take_percentiles(const double *rows, size_t n, size_t i, size_t resamples, fl_stats_profile_share *share)
{
    double *column = fl_memory_new(resamples, sizeof *column);
    for (size_t r = 0; r < resamples; r++) column[r] = rows[r * n + i];
    fl_stats_sort(column, resamples);
    share->low = fl_stats_quantile(column, resamples, 0.05);
    share->high = fl_stats_quantile(column, resamples, 0.95);
    free(column);
}

void fl_stats_profile_shares(const fl_stats_profile_cell *cells, size_t n_workloads, size_t n_arms, size_t k,
                             const double *taus, size_t n_taus, size_t resamples, uint64_t seed,
                             fl_stats_profile_share *shares)
{
    size_t n_cells = n_workloads * n_arms, n = n_taus * n_arms;
    fl_stats_steps_best *best = fl_memory_new(n_cells, sizeof *best);
    double *steps = fl_memory_new(n_cells, sizeof *steps), *rows = fl_memory_new((resamples + 1) * n, sizeof *rows);
    fl_random_stream stream = fl_random_stream_start(seed, "bootstrap", 0);
    for (size_t i = 0; i < n_cells; i++) {
        best[i] = fl_stats_steps_best_new(cells[i].trials, cells[i].n, k);
        steps[i] = cells[i].per_step * fl_stats_steps_best_median(&best[i]);
    }
    fill(steps, n_workloads, n_arms, taus, n_taus, rows + resamples * n);
    for (size_t r = 0; r < resamples; r++) {
        for (size_t i = 0; i < n_cells; i++)
            steps[i] = cells[i].per_step * fl_stats_steps_best_resampled(&best[i], &stream);
        fill(steps, n_workloads, n_arms, taus, n_taus, rows + r * n);
    }
    for (size_t i = 0; i < n; i++) {
        shares[i].share = rows[resamples * n + i];
        take_percentiles(rows, n, i, resamples, &shares[i]);
    }
    for (size_t i = 0; i < n_cells; i++) fl_stats_steps_best_free(&best[i]);
    free(best);
    free(steps);
    free(rows);
}
