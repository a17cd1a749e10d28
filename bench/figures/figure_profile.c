/* Performance profiles (Dolan and More 2002; AlgoPerf, Dahl et al. 2023): on which fraction of the workloads does an
 * arm reach the target within tau times the fewest steps that any arm needs? An arm that never gets there on a workload
 * has it missing at every tau. */
#include "base/memory.h"
#include "figures/figure.h"
#include "figures/figure_lines.h"
#include "stats/profile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { N_COLUMNS = 4 };

static const figure_variable variables[] = { FIGURE_LINE_VARIABLES, { .name = NULL } };

/* An arm's ratio to the fastest on one workload, and the trial behind it. */
typedef struct ratio {
    double tau;
    const char *trial;
} ratio;

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

static int by_tau(const void *a, const void *b)
{
    double x = ((const ratio *)a)->tau, y = ((const ratio *)b)->tau;
    return (x > y) - (x < y);
}

static size_t ratios_of(const figure_panel *panel, size_t slot, ratio *ratios)
{
    size_t n = 0;
    for (const figure_arm *arm = panel->arms; arm < panel->arms + panel->n_arms; arm++) {
        if (!is_first_of_workload(panel, arm)) continue;
        const figure_arm *mine = fastest_on(panel, workload_of(arm), slot);
        if (!mine) continue;
        double fewest = fastest_on(panel, workload_of(arm), SIZE_MAX)->summary->steps.center;
        ratios[n++] = (ratio){ mine->summary->steps.center / fewest, figure_fastest(mine->summary)->record->trial };
    }
    qsort(ratios, n, sizeof *ratios, by_tau);
    return n;
}

/* Steps of every line on every workload that some arm reached the target on, as fl_stats_profile takes them. */
static double *steps_of(const figure_panel *panel, const size_t *slots, size_t n_slots, size_t n_workloads)
{
    double *steps = fl_memory_new(n_workloads * n_slots, sizeof *steps), *next = steps;
    for (const figure_arm *arm = panel->arms; arm < panel->arms + panel->n_arms; arm++) {
        if (!is_first_of_workload(panel, arm) || !fastest_on(panel, workload_of(arm), SIZE_MAX)) continue;
        for (size_t i = 0; i < n_slots; i++) {
            const figure_arm *mine = fastest_on(panel, workload_of(arm), slots[i]);
            *next++ = mine ? mine->summary->steps.center : HUGE_VAL;
        }
    }
    return steps;
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

/* A profile's lines being written. */
typedef struct profile {
    size_t *slots, n_slots, n_workloads;
    double *steps, last; /* the greatest tau */
    ratio *ratios;       /* of the line at hand */
} profile;

/* A staircase from tau = 1 to the last. */
static void add_stairs(figure_data *data, const profile *p, size_t line, size_t n)
{
    double row[N_COLUMNS] = { 1, 0, NAN, NAN };
    figure_add_row(data, row, N_COLUMNS, NULL);
    for (size_t i = 0; i < n; i++) {
        row[0] = p->ratios[i].tau;
        figure_add_row(data, row, N_COLUMNS, p->ratios[i].trial);
        row[1] = 100 * fl_stats_profile(p->steps, p->n_workloads, p->n_slots, line, row[0]);
        figure_add_row(data, row, N_COLUMNS, p->ratios[i].trial);
    }
    row[0] = p->last;
    figure_add_row(data, row, N_COLUMNS, NULL);
}

static const char *refuse(const figure_panel *panel)
{
    return count_workloads(panel) > 1 ? NULL : "there are not two workloads with a target that was reached";
}

static double greatest_tau(const figure_panel *panel, const profile *p)
{
    double last = 2;
    for (size_t i = 0; i < p->n_slots; i++)
        for (size_t n = ratios_of(panel, p->slots[i], p->ratios); n > 0; n--)
            last = fmax(last, 1.05 * p->ratios[n - 1].tau);
    return last;
}

static void set_axes(figure_data *data, const profile *p)
{
    char title[60];
    const figure_scale tau = { 1, p->last, p->last > 2 * FIGURE_LOG_FACTOR ? FIGURE_LOG : FIGURE_LINEAR };
    const figure_scale share = { -4, 104, FIGURE_LINEAR };
    snprintf(title, sizeof title, "%zu workloads", p->n_workloads);
    figure_set_title(data, title);
    figure_set_lines(data, &tau, "steps over the fewest of any arm, tau", &share, "workloads within tau (%)");
}

static void add(figure_data *data, const figure_panel *panel)
{
    profile p = { .slots = fl_memory_new(panel->n_arms, sizeof *p.slots),
                  .ratios = fl_memory_new(panel->n_arms, sizeof *p.ratios),
                  .n_workloads = count_workloads(panel) };
    p.n_slots = slots_of(panel, p.slots);
    p.steps = steps_of(panel, p.slots, p.n_slots, p.n_workloads);
    p.last = greatest_tau(panel, &p);
    for (size_t i = 0; i < p.n_slots; i++) {
        figure_begin_block(data, p.slots[i], NULL);
        add_stairs(data, &p, i, ratios_of(panel, p.slots[i], p.ratios));
    }
    set_axes(data, &p);
    free(p.steps);
    free(p.ratios);
    free(p.slots);
}

const figure figure_profile = {
    .entry = { "profile",
               "Fraction of the workloads on which an arm reaches the target within tau times the fewest steps of any "
               "arm.",
               "Dolan and Moré 2002; Dahl et al. 2023" },
    .columns =
        "tau, workloads within tau of the fewest steps in %, NaN, NaN, the fastest trial on the workload that the step "
        "stands for",
    .variables = variables,
    .arrangement = "lines",
    .mixes = FIGURE_MIXES_STUDIES | FIGURE_MIXES_WORKLOADS,
    .refuse = refuse,
    .add = add,
};
