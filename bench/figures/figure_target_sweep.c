/* Choi et al. 2019, figure 11: fewest steps to the target, for many targets. A ranking that holds for all of them does
 * not hang on the one that a study names. */
#include "base/memory.h"
#include "figures/figure.h"
#include "figures/figure_lines.h"
#include "stats/best_of.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { N_COLUMNS = 4, TARGETS = 13 };

static const figure_variable variables[] = { FIGURE_LINE_VARIABLES, { .name = NULL } };

static fl_trial_metric metric_of(const figure_panel *panel)
{
    const fl_study *study = panel->summary->results->study;
    return study->has_target ? study->target : study->select;
}

/* Targets worth asking for: from what the best arm ends with to what the slowest arm's selected trial has after a
 * quarter of its steps. */
static figure_scale range_of(const figure_panel *panel)
{
    figure_scale range = figure_scale_none();
    for (const figure_arm *arm = panel->arms; arm < panel->arms + panel->n_arms; arm++) {
        size_t n = 0;
        const fl_results_score *selected = arm->summary->selected;
        fl_trial_point *points = selected ? fl_results_points(arm->of->results, selected->record->trial, &n) : NULL;
        if (n > 1) figure_scale_add(&range, points[n / 4].of[metric_of(panel)]);
        if (n > 1) figure_scale_add(&range, points[n - 1].of[metric_of(panel)]);
        free(points);
    }
    return range;
}

/* Steps of each trial to each target: steps[trial * TARGETS + target]. */
static double *steps_of(const figure_arm *arm, fl_trial_metric metric, const double targets[TARGETS])
{
    const fl_summary_arm *summary = arm->summary;
    double *steps = fl_memory_new(summary->n_scores * TARGETS, sizeof *steps);
    for (size_t i = 0; i < summary->n_scores; i++) {
        size_t n;
        fl_trial_point *points = fl_results_points(arm->of->results, summary->scores[i].record->trial, &n);
        for (size_t t = 0; t < TARGETS; t++)
            steps[i * TARGETS + t] = fl_record_steps_to_target(points, n, metric, targets[t], false);
        free(points);
    }
    return steps;
}

/* The row of one target. */
static void add_target(figure_data *data, const fl_summary_arm *arm, const double *steps, double shown, figure_scale *y)
{
    fl_stats_trial *trials = fl_memory_new(arm->n_scores, sizeof *trials);
    size_t best = 0;
    for (size_t i = 0; i < arm->n_scores; i++) {
        double value = steps[i * TARGETS];
        trials[i] = (fl_stats_trial){ .score = value, .value = value };
        if (value < trials[best].value) best = i;
    }
    fl_stats_distribution fewest = fl_stats_best_of(trials, arm->n_scores, arm->n_scores);
    double row[N_COLUMNS] = { shown, fewest.median, fewest.low, fewest.high };
    for (size_t c = 1; c < N_COLUMNS; c++) figure_scale_add(y, row[c]);
    figure_add_row(data, row, N_COLUMNS, isfinite(trials[best].value) ? arm->scores[best].record->trial : NULL);
    free(trials);
}

static const char *refuse(const figure_panel *panel)
{
    figure_scale range = range_of(panel);
    return range.low < range.high ? NULL : "no selected trial was evaluated more than once";
}

static void add(figure_data *data, const figure_panel *panel)
{
    char axis[80];
    figure_scale x = range_of(panel), y = figure_scale_none();
    figure_unit unit = figure_unit_of(panel, metric_of(panel));
    double targets[TARGETS];
    for (size_t t = 0; t < TARGETS; t++)
        targets[t] = x.low + (x.high - x.low) * (double)(t + 1) / TARGETS; /* the best value itself is never passed */
    for (const figure_arm *arm = panel->arms; arm < panel->arms + panel->n_arms; arm++) {
        if (!arm->summary->selected) continue;
        double *steps = steps_of(arm, unit.metric, targets);
        figure_begin_block(data, arm->slot, arm->summary->arm->name);
        for (size_t t = 0; t < TARGETS; t++) add_target(data, arm->summary, steps + t, unit.factor * targets[t], &y);
        free(steps);
    }
    x.low *= unit.factor;
    x.high *= unit.factor;
    figure_scale_choose(&y);
    snprintf(axis, sizeof axis, "target: %s below", unit.axis);
    figure_set_lines(data, &x, axis, &y, "steps to the target");
}

const figure figure_target_sweep = {
    .entry = { "target_sweep", "Fewest steps to the target, for many targets: does the ranking hang on the choice?",
               "Choi et al. 2019, figure 11" },
    .columns = "target (rates in %), fewest steps to it, their 5th and 95th percentile over resampled trials, the "
               "fastest trial",
    .variables = variables,
    .arrangement = "lines",
    .refuse = refuse,
    .add = add,
};
