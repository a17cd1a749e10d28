/* Performance profiles (Dolan and More 2002; AlgoPerf, Dahl et al. 2023): on which fraction of the workloads does an
 * arm reach the target within tau times the fewest steps that any arm needs? An arm that never gets there on a workload
 * has it missing at every tau. */
#include "base/memory.h"
#include "figures/figure.h"
#include "figures/figure_lines.h"

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

/* A staircase from tau = 1 to `last`. */
static void add_stairs(figure_data *data, const ratio *ratios, size_t n, size_t n_workloads, double last)
{
    double row[N_COLUMNS] = { 1, 0, NAN, NAN };
    figure_add_row(data, row, N_COLUMNS, NULL);
    for (size_t i = 0; i < n; i++) {
        row[0] = ratios[i].tau;
        figure_add_row(data, row, N_COLUMNS, ratios[i].trial);
        row[1] = 100 * (double)(i + 1) / (double)n_workloads;
        figure_add_row(data, row, N_COLUMNS, ratios[i].trial);
    }
    row[0] = last;
    figure_add_row(data, row, N_COLUMNS, NULL);
}

static const char *refuse(const figure_panel *panel)
{
    return count_workloads(panel) > 1 ? NULL : "there are not two workloads with a target that was reached";
}

static void add(figure_data *data, const figure_panel *panel)
{
    char title[60];
    size_t n_workloads = count_workloads(panel);
    ratio *ratios = fl_memory_new(panel->n_arms, sizeof *ratios);
    const figure_arm **line = fl_memory_new(panel->n_arms, sizeof *line);
    figure_scale tau = { 1, 2, FIGURE_LINEAR }, share = { -4, 104, FIGURE_LINEAR };
    for (size_t i = 0; i < panel->n_arms; i++)
        for (size_t n = ratios_of(panel, panel->arms[i].slot, ratios); n > 0; n--)
            figure_scale_add(&tau, 1.05 * ratios[n - 1].tau);
    for (size_t i = 0; i < panel->n_arms; i++) {
        if (!figure_line(panel, i, figure_steps_of, line)) continue;
        size_t n = ratios_of(panel, panel->arms[i].slot, ratios);
        figure_begin_block(data, panel->arms[i].slot, panel->arms[i].summary->arm->label);
        add_stairs(data, ratios, n, n_workloads, tau.high);
    }
    free(line);
    free(ratios);
    snprintf(title, sizeof title, "%zu workloads", n_workloads);
    figure_set_title(data, title);
    tau.spacing = tau.high > 2 * FIGURE_LOG_FACTOR ? FIGURE_LOG : FIGURE_LINEAR;
    figure_set_lines(data, &tau, "steps over the fewest of any arm, tau", &share, "workloads within tau (%)");
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
