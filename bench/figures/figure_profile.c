/* Performance profiles (Dolan and More 2002; AlgoPerf, Dahl et al. 2023): on which fraction of the workloads does an
 * arm reach the target within tau times the fewest steps that any arm needs? Steps are the median of the best of K
 * trials, bands come from resampled trials. An arm that never gets there on a workload has it missing at every tau. */
#include "base/memory.h"
#include "figures/figure.h"
#include "figures/figure_lines.h"
#include "stats/profile.h"
#include "stats/steps_best.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { N_COLUMNS = 4, SEED = 1, LEAST_RESAMPLES = 100, MOST_RESAMPLES = 1000 };
static const double MOST_COUNTED = 2e8; /* comparisons of steps over all resamples: half a second */

static const figure_variable variables[] = { FIGURE_LINE_VARIABLES, { .name = NULL } };

static const fl_workload *workload_of(const figure_arm *arm)
{
    return arm->summary->arm->base.owners.workload;
}

static bool is_first_of_workload(const figure_panel *panel, const figure_arm *arm)
{
    for (const figure_arm *earlier = panel->arms; earlier < arm; earlier++)
        if (workload_of(earlier) == workload_of(arm)) return false;
    return true;
}

/* The fastest arm on a workload, in one slot or (SIZE_MAX) in any; NULL where none reached the target. */
static const figure_arm *fastest_on(const figure_panel *panel, const fl_workload *workload, size_t slot)
{
    const figure_arm *best = NULL;
    for (const figure_arm *arm = panel->arms; arm < panel->arms + panel->n_arms; arm++) {
        if (workload_of(arm) != workload || (slot != SIZE_MAX && arm->slot != slot)) continue;
        if (!isfinite(arm->summary->steps.center) || !arm->of->results->study->has_target) continue;
        if (!best || arm->summary->steps.center < best->summary->steps.center) best = arm;
    }
    return best;
}

/* How many workloads some arm reached the target on. */
static size_t count_workloads(const figure_panel *panel)
{
    size_t n = 0;
    for (const figure_arm *arm = panel->arms; arm < panel->arms + panel->n_arms; arm++)
        n += is_first_of_workload(panel, arm) && fastest_on(panel, workload_of(arm), SIZE_MAX);
    return n;
}

/* The panel's slots in the order of their arms, into `slots`, which has room for all arms. */
static size_t slots_of(const figure_panel *panel, size_t *slots)
{
    size_t n = 0;
    for (size_t i = 0; i < panel->n_arms; i++) {
        size_t seen = 0;
        while (seen < n && slots[seen] != panel->arms[i].slot) seen++;
        if (seen == n) slots[n++] = panel->arms[i].slot;
    }
    return n;
}

/* A profile being made: cells workload by workload, one for each slot. */
typedef struct profile {
    size_t *slots, n_slots, n_workloads, n_cells, k;
    const figure_arm **arms;       /* of the cells; NULL: not there, or not one trial reached the target */
    fl_stats_profile_cell *cells;  /* their trials are owned */
    double *steps, *ratios, *taus; /* of the cells; the different ratios that are finite, from 1 on */
    size_t n_taus;
    fl_stats_profile_share *shares; /* a row of slots per tau */
} profile;

/* --- the cells --- */

static void find_arms(profile *p, const figure_panel *panel)
{
    p->k = SIZE_MAX;
    for (const figure_arm *arm = panel->arms; arm < panel->arms + panel->n_arms; arm++) {
        if (!is_first_of_workload(panel, arm) || !fastest_on(panel, workload_of(arm), SIZE_MAX)) continue;
        for (size_t i = 0; i < p->n_slots; i++) {
            const figure_arm *found = fastest_on(panel, workload_of(arm), p->slots[i]);
            if (found && found->summary->k < p->k) p->k = found->summary->k;
            p->arms[p->n_cells++] = found;
        }
    }
}

/* K trials that never reach the target. */
static fl_stats_trial *never(size_t k)
{
    fl_stats_trial *trials = fl_memory_new(k, sizeof *trials);
    for (size_t i = 0; i < k; i++) trials[i] = (fl_stats_trial){ HUGE_VAL, 0, HUGE_VAL };
    return trials;
}

static void fill_cells(profile *p)
{
    for (size_t i = 0; i < p->n_cells; i++) {
        const figure_arm *arm = p->arms[i];
        p->cells[i] = arm ? (fl_stats_profile_cell){ fl_summary_stepped(arm->of->results->study, arm->summary),
                                                     arm->summary->n_counted, 1 }
                          : (fl_stats_profile_cell){ never(p->k), p->k, 1 };
        fl_stats_steps_best best = fl_stats_steps_best_new(p->cells[i].trials, p->cells[i].n, p->k);
        p->steps[i] = fl_stats_steps_best_median(&best);
        fl_stats_steps_best_free(&best);
    }
}

/* --- ratios and shares --- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void fill_ratios(profile *p)
{
    for (size_t i = 0; i < p->n_cells; i++) {
        const double *row = p->steps + i / p->n_slots * p->n_slots;
        double fewest = HUGE_VAL;
        for (size_t j = 0; j < p->n_slots; j++) fewest = fmin(fewest, row[j]);
        p->ratios[i] = isfinite(p->steps[i]) ? p->steps[i] / fewest : HUGE_VAL;
        if (isfinite(p->ratios[i])) p->taus[p->n_taus++] = p->ratios[i];
    }
    p->taus[p->n_taus++] = 1;
    qsort(p->taus, p->n_taus, sizeof *p->taus, by_size);
    size_t n = 1;
    for (size_t i = 1; i < p->n_taus; i++)
        if (p->taus[i] > p->taus[n - 1]) p->taus[n++] = p->taus[i];
    p->n_taus = n;
}

static void fill_shares(profile *p)
{
    double counted = (double)p->n_taus * (double)p->n_slots * (double)p->n_cells;
    double resamples = fmax(LEAST_RESAMPLES, fmin(MOST_RESAMPLES, MOST_COUNTED / counted));
    fl_stats_profile_shares(p->cells, p->n_workloads, p->n_slots, p->k, p->taus, p->n_taus, (size_t)resamples, SEED,
                            p->shares);
}

static profile profile_of(const figure_panel *panel)
{
    profile p = { .slots = fl_memory_new(panel->n_arms, sizeof *p.slots), .n_workloads = count_workloads(panel) };
    p.n_slots = slots_of(panel, p.slots);
    size_t n = p.n_workloads * p.n_slots;
    p.arms = fl_memory_new(n, sizeof *p.arms);
    p.cells = fl_memory_new(n, sizeof *p.cells);
    p.steps = fl_memory_new(n, sizeof *p.steps);
    p.ratios = fl_memory_new(n, sizeof *p.ratios);
    p.taus = fl_memory_new(n + 1, sizeof *p.taus);
    p.shares = fl_memory_new((n + 1) * p.n_slots, sizeof *p.shares);
    find_arms(&p, panel);
    fill_cells(&p);
    fill_ratios(&p);
    fill_shares(&p);
    return p;
}

static void profile_free(profile *p)
{
    for (size_t i = 0; i < p->n_cells; i++) free((void *)p->cells[i].trials);
    free(p->slots);
    free(p->arms);
    free(p->cells);
    free(p->steps);
    free(p->ratios);
    free(p->taus);
    free(p->shares);
}

/* --- the lines --- */

/* The trial by which a line rises at this tau; NULL where it does not. */
static const char *trial_at(const profile *p, size_t line, double tau)
{
    for (size_t i = line; i < p->n_cells; i += p->n_slots)
        if (p->ratios[i] == tau) return figure_fastest(p->arms[i]->summary)->record->trial;
    return NULL;
}

static void add_share(figure_data *data, double tau, const fl_stats_profile_share *s, const char *trial)
{
    const double row[N_COLUMNS] = { tau, 100 * s->share, 100 * s->low, 100 * s->high };
    figure_add_row(data, row, N_COLUMNS, trial);
}

/* A staircase from tau = 1 to the last. */
static void add_stairs(figure_data *data, const profile *p, size_t line, double last)
{
    const fl_stats_profile_share none = { 0, 0, 0 }, *before = &none;
    for (size_t t = 0; t < p->n_taus; t++) {
        const fl_stats_profile_share *now = &p->shares[t * p->n_slots + line];
        const char *trial = trial_at(p, line, p->taus[t]);
        add_share(data, p->taus[t], before, trial);
        add_share(data, p->taus[t], now, trial);
        before = now;
    }
    add_share(data, last, before, NULL);
}

static const char *refuse(const figure_panel *panel)
{
    return count_workloads(panel) > 1 ? NULL : "there are not two workloads with a target that was reached";
}

static void set_axes(figure_data *data, const profile *p, double last)
{
    char title[80];
    const figure_scale tau = { 1, last, last > 2 * FIGURE_LOG_FACTOR ? FIGURE_LOG : FIGURE_LINEAR };
    const figure_scale share = { -4, 104, FIGURE_LINEAR };
    snprintf(title, sizeof title, "%zu workloads, best of %zu", p->n_workloads, p->k);
    figure_set_title(data, title);
    figure_set_lines(data, &tau, "steps over the fewest of any arm, tau", &share, "workloads within tau (%)");
}

static void add(figure_data *data, const figure_panel *panel)
{
    profile p = profile_of(panel);
    double last = fmax(2, 1.05 * p.taus[p.n_taus - 1]);
    for (size_t i = 0; i < p.n_slots; i++) {
        figure_begin_block(data, p.slots[i], NULL);
        add_stairs(data, &p, i, last);
    }
    set_axes(data, &p, last);
    profile_free(&p);
}

const figure figure_profile = {
    .entry = { "profile",
               "Fraction of the workloads on which the best of K trials of an arm reaches the target within tau times "
               "the fewest steps of any arm.",
               "Dolan and Moré 2002; Dahl et al. 2023" },
    .columns =
        "tau, workloads within tau of the fewest steps in %, its 5th and 95th percentile over resampled trials, the "
        "fastest trial on the workload by which the line rises",
    .variables = variables,
    .arrangement = "lines",
    .mixes = FIGURE_MIXES_STUDIES | FIGURE_MIXES_WORKLOADS,
    .refuse = refuse,
    .add = add,
};
