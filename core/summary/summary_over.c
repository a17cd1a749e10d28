/* Over workloads: ranks, Friedman's test and win rates of arms of one name. Ranks are resampled by resampling the
 * trials within each workload. */
#include "base/memory.h"
#include "stats/sample.h"
#include "stats/win_rate.h"
#include "summary/summary_blocks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- ranks --- */

/* E[best of K] of every arm on every workload, `resamples` of each. */
static double *resample_all(const fl_summary_blocks *all)
{
    double *estimates = fl_memory_new(all->n * all->n_arms * FL_STATS_RESAMPLES, sizeof *estimates), *next = estimates;
    for (const fl_summary_block *b = all->of; b < all->of + all->n; b++)
        for (size_t i = 0; i < all->n_arms; i++, next += FL_STATS_RESAMPLES) {
            fl_stats_trial *trials = fl_summary_tested(b->results->study, b->arms[i]);
            uint64_t seed = FL_SUMMARY_SEED + (uint64_t)(next - estimates) / FL_STATS_RESAMPLES;
            fl_stats_expected_best_resampled(trials, b->arms[i]->n_counted, all->k, seed, next, FL_STATS_RESAMPLES);
            free(trials);
        }
    return estimates;
}

static void take_intervals(const fl_summary_blocks *all, const double *ranks, fl_summary_over *over)
{
    double *column = fl_memory_new(FL_STATS_RESAMPLES, sizeof *column);
    for (size_t i = 0; i < all->n_arms; i++) {
        for (size_t r = 0; r < FL_STATS_RESAMPLES; r++) column[r] = ranks[r * all->n_arms + i];
        fl_stats_sort(column, FL_STATS_RESAMPLES);
        over->ranks_low[i] = fl_stats_quantile(column, FL_STATS_RESAMPLES, 0.05);
        over->ranks_high[i] = fl_stats_quantile(column, FL_STATS_RESAMPLES, 0.95);
    }
    free(column);
}

static void resample_ranks(const fl_summary_blocks *all, fl_summary_over *over)
{
    size_t n_cells = all->n * all->n_arms;
    double *estimates = resample_all(all), *cells = fl_memory_new(n_cells, sizeof *cells),
           *ranks = fl_memory_new(FL_STATS_RESAMPLES * all->n_arms, sizeof *ranks);
    for (size_t r = 0; r < FL_STATS_RESAMPLES; r++) {
        for (size_t i = 0; i < n_cells; i++) cells[i] = estimates[i * FL_STATS_RESAMPLES + r];
        fl_stats_mean_ranks(cells, all->n, all->n_arms, ranks + r * all->n_arms);
    }
    take_intervals(all, ranks, over);
    free(estimates);
    free(cells);
    free(ranks);
}

static void rank(const fl_summary_blocks *all, fl_summary_over *over)
{
    double finite, *values = fl_memory_new(all->n * all->n_arms, sizeof *values), *next = values;
    for (const fl_summary_block *b = all->of; b < all->of + all->n; b++)
        for (size_t i = 0; i < all->n_arms; i++) {
            fl_stats_trial *trials = fl_summary_tested(b->results->study, b->arms[i]);
            *next++ = fl_stats_expected_best(trials, b->arms[i]->n_counted, all->k, &finite);
            free(trials);
        }
    over->friedman = fl_stats_friedman_test(values, all->n, all->n_arms, FL_SUMMARY_SEED, over->ranks);
    free(values);
    resample_ranks(all, over);
}

/* --- win rates --- */

static double win_rate(const fl_summary_block *b, size_t left, size_t right, size_t k)
{
    fl_stats_trial *a = fl_summary_tested(b->results->study, b->arms[left]),
                   *c = fl_summary_tested(b->results->study, b->arms[right]);
    const fl_stats_arms arms = { a, c, b->arms[left]->n_counted, b->arms[right]->n_counted, k, false };
    double rate = fl_stats_win_rate(&arms);
    free(a);
    free(c);
    return rate;
}

static void take_wins(const fl_summary_blocks *all, double *rates)
{
    for (size_t i = 0; i < all->n_arms; i++)
        for (size_t j = 0; j < all->n_arms; j++)
            for (size_t b = 0; b < all->n; b++)
                rates[i * all->n_arms + j] += win_rate(&all->of[b], i, j, all->k) / (double)all->n;
}

/* --- the whole --- */

fl_summary_over *fl_summary_over_of(fl_summary *const *members, size_t n_members)
{
    fl_summary_blocks all = fl_summary_blocks_of(members, n_members);
    size_t n = all.n_arms;
    fl_summary_over *over = fl_memory_new(1, sizeof *over);
    *over = (fl_summary_over){ .arms = all.labels,
                               .n_arms = n,
                               .n_workloads = all.n,
                               .k = all.n ? all.k : 0,
                               .n_left_out = all.n_left_out,
                               .ranks = fl_memory_new(n, sizeof(double)),
                               .ranks_low = fl_memory_new(n, sizeof(double)),
                               .ranks_high = fl_memory_new(n, sizeof(double)),
                               .win_rates = fl_memory_new(n * n, sizeof(double)),
                               .friedman = { .p = NAN } };
    if (all.n && n > 1) {
        rank(&all, over);
        take_wins(&all, over->win_rates);
        fl_summary_profile(&all, over);
    }
    fl_summary_blocks_free(&all);
    return over;
}

void fl_summary_over_free(fl_summary_over *over)
{
    if (!over) return;
    free(over->arms);
    free(over->ranks);
    free(over->ranks_low);
    free(over->ranks_high);
    free(over->win_rates);
    free(over->in_steps);
    free(over->in_gradients);
    free(over->in_seconds);
    free(over);
}
