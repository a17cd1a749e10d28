/* Over workloads: ranks, Friedman's test, win rates and profiles of arms of one name. A block is what one study has on
 * one workload; ranks are resampled by resampling the trials within it. */
#include "base/memory.h"
#include "stats/sample.h"
#include "stats/win_rate.h"
#include "summary/summary_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 1, RESAMPLES = 1000 };
static const double taus[FL_SUMMARY_TAUS] = { 1, 1.5, 2, 4 };

/* One workload: the arms of all labels. */
typedef struct block {
    const fl_study *study;
    const fl_summary_arm **arms;
} block;

typedef struct blocks {
    const char **labels;
    block *of;
    size_t n, n_arms, k, n_left_out;
} blocks;

/* --- collecting --- */

/* The labels of the first study: its arms of one combination. */
static size_t take_labels(const fl_study *study, const char **labels)
{
    size_t n = 0;
    for (size_t i = 0; i < study->n_arms; i++)
        if (fl_summary_comparable(&study->arms[0], &study->arms[i])) labels[n++] = study->arms[i].label;
    return n;
}

static const fl_summary_arm *find(const fl_summary *summary, size_t first, const char *label)
{
    for (size_t i = 0; i < summary->n_arms; i++)
        if (fl_summary_comparable(summary->arms[first].arm, summary->arms[i].arm) &&
            !strcmp(summary->arms[i].arm->label, label))
            return &summary->arms[i];
    return NULL;
}

static const fl_workload *workload_of(const block *b)
{
    return b->arms[0]->arm->base.owners.workload;
}

/* All arms there and able to be ranked, and a workload that no block has yet. */
static bool is_usable(const blocks *all, const block *b)
{
    for (size_t i = 0; i < all->n_arms; i++)
        if (!b->arms[i] || !b->arms[i]->results->filled || !b->arms[i]->selected) return false;
    for (size_t i = 0; i < all->n; i++)
        if (workload_of(&all->of[i]) == workload_of(b)) return false;
    return true;
}

/* The block of the arms that can be compared with arm `first`. */
static void add_block(blocks *all, const fl_summary *summary, size_t first)
{
    block b = { summary->results->study, fl_memory_new(all->n_arms, sizeof *b.arms) };
    for (size_t i = 0; i < all->n_arms; i++) b.arms[i] = find(summary, first, all->labels[i]);
    if (!is_usable(all, &b)) {
        free(b.arms);
        all->n_left_out++;
        return;
    }
    for (size_t i = 0; i < all->n_arms; i++)
        if (b.arms[i]->k < all->k) all->k = b.arms[i]->k;
    all->of = fl_memory_grow(all->of, all->n + 1, sizeof *all->of);
    all->of[all->n++] = b;
}

static bool begins_block(const fl_summary *summary, size_t i)
{
    for (size_t before = 0; before < i; before++)
        if (fl_summary_comparable(summary->arms[before].arm, summary->arms[i].arm)) return false;
    return true;
}

static blocks collect(fl_summary *const *members, size_t n)
{
    blocks all = { .k = SIZE_MAX };
    all.labels = fl_memory_new(members[0]->n_arms, sizeof *all.labels);
    all.n_arms = take_labels(members[0]->results->study, all.labels);
    for (size_t m = 0; m < n; m++)
        for (size_t i = 0; i < members[m]->n_arms; i++)
            if (begins_block(members[m], i)) add_block(&all, members[m], i);
    return all;
}

static void blocks_free(blocks *all)
{
    for (size_t i = 0; i < all->n; i++) free(all->of[i].arms);
    free(all->of);
}

/* --- ranks --- */

/* E[best of K] of every arm on every workload, `resamples` of each. */
static double *resample_all(const blocks *all)
{
    double *estimates = fl_memory_new(all->n * all->n_arms * RESAMPLES, sizeof *estimates), *next = estimates;
    for (const block *b = all->of; b < all->of + all->n; b++)
        for (size_t i = 0; i < all->n_arms; i++, next += RESAMPLES) {
            fl_stats_trial *trials = fl_summary_tested(b->study, b->arms[i]);
            uint64_t seed = SEED + (uint64_t)(next - estimates) / RESAMPLES;
            fl_stats_expected_best_resampled(trials, b->arms[i]->n_counted, all->k, seed, next, RESAMPLES);
            free(trials);
        }
    return estimates;
}

static void take_intervals(const blocks *all, const double *ranks, fl_summary_over *over)
{
    double *column = fl_memory_new(RESAMPLES, sizeof *column);
    for (size_t i = 0; i < all->n_arms; i++) {
        for (size_t r = 0; r < RESAMPLES; r++) column[r] = ranks[r * all->n_arms + i];
        fl_stats_sort(column, RESAMPLES);
        over->ranks_low[i] = fl_stats_quantile(column, RESAMPLES, 0.05);
        over->ranks_high[i] = fl_stats_quantile(column, RESAMPLES, 0.95);
    }
    free(column);
}

static void resample_ranks(const blocks *all, fl_summary_over *over)
{
    size_t n_cells = all->n * all->n_arms;
    double *estimates = resample_all(all), *cells = fl_memory_new(n_cells, sizeof *cells),
           *ranks = fl_memory_new(RESAMPLES * all->n_arms, sizeof *ranks);
    for (size_t r = 0; r < RESAMPLES; r++) {
        for (size_t i = 0; i < n_cells; i++) cells[i] = estimates[i * RESAMPLES + r];
        fl_stats_mean_ranks(cells, all->n, all->n_arms, ranks + r * all->n_arms);
    }
    take_intervals(all, ranks, over);
    free(estimates);
    free(cells);
    free(ranks);
}

static void rank(const blocks *all, fl_summary_over *over)
{
    double finite, *values = fl_memory_new(all->n * all->n_arms, sizeof *values), *next = values;
    for (const block *b = all->of; b < all->of + all->n; b++)
        for (size_t i = 0; i < all->n_arms; i++) {
            fl_stats_trial *trials = fl_summary_tested(b->study, b->arms[i]);
            *next++ = fl_stats_expected_best(trials, b->arms[i]->n_counted, all->k, &finite);
            free(trials);
        }
    over->friedman = fl_stats_friedman_test(values, all->n, all->n_arms, SEED, over->ranks);
    free(values);
    resample_ranks(all, over);
}

/* --- win rates --- */

static double win_rate(const block *b, size_t left, size_t right, size_t k)
{
    fl_stats_trial *a = fl_summary_tested(b->study, b->arms[left]), *c = fl_summary_tested(b->study, b->arms[right]);
    const fl_stats_arms arms = { a, c, b->arms[left]->n_counted, b->arms[right]->n_counted, k, false };
    double rate = fl_stats_win_rate(&arms);
    free(a);
    free(c);
    return rate;
}

static void take_wins(const blocks *all, double *rates)
{
    for (size_t i = 0; i < all->n_arms; i++)
        for (size_t j = 0; j < all->n_arms; j++)
            for (size_t b = 0; b < all->n; b++)
                rates[i * all->n_arms + j] += win_rate(&all->of[b], i, j, all->k) / (double)all->n;
}

/* --- profiles --- */

/* Gradients per step of a rule, by its selected trial: a whole number, but for one at the start. */
static double gradients_of(const fl_summary_arm *arm)
{
    double steps = (double)arm->record.final.step;
    return steps > 0 ? fmax(1, floor(arm->record.gradient_evaluations / steps + 0.5)) : 1;
}

static fl_stats_profile_share *profile(const blocks *all, bool gradients)
{
    size_t n = all->n * all->n_arms;
    fl_stats_profile_cell *cells = fl_memory_new(n, sizeof *cells);
    fl_stats_profile_share *shares = fl_memory_new(FL_SUMMARY_TAUS * all->n_arms, sizeof *shares);
    for (size_t i = 0; i < n; i++) {
        const block *b = &all->of[i / all->n_arms];
        const fl_summary_arm *arm = b->arms[i % all->n_arms];
        cells[i] = (fl_stats_profile_cell){ fl_summary_stepped(b->study, arm), arm->n_counted,
                                            gradients ? gradients_of(arm) : 1 };
    }
    fl_stats_profile_shares(cells, all->n, all->n_arms, all->k, taus, FL_SUMMARY_TAUS, RESAMPLES, SEED, shares);
    for (size_t i = 0; i < n; i++) free((void *)cells[i].trials);
    free(cells);
    return shares;
}

static void take_profiles(const blocks *all, fl_summary_over *over)
{
    bool unlike = false;
    over->has_profiles = true;
    for (size_t b = 0; b < all->n; b++) {
        over->has_profiles &= all->of[b].study->has_target;
        for (size_t i = 0; i < all->n_arms; i++) unlike |= gradients_of(all->of[b].arms[i]) > 1;
    }
    if (!over->has_profiles) return;
    over->in_steps = profile(all, false);
    if (unlike) over->in_gradients = profile(all, true);
}

/* --- the whole --- */

fl_summary_over *fl_summary_over_of(fl_summary *const *members, size_t n_members)
{
    blocks all = collect(members, n_members);
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
    memcpy(over->taus, taus, sizeof taus);
    if (all.n && n > 1) {
        rank(&all, over);
        take_wins(&all, over->win_rates);
        take_profiles(&all, over);
    }
    blocks_free(&all);
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
    free(over);
}
