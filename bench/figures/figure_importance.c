/* How much of the score's variance each axis of a search explains by itself (stats/importance.h): where tuning pays. */
#include "base/memory.h"
#include "figures/figure.h"
#include "figures/figure_rows.h"
#include "figures/figure_trials.h"
#include "stats/importance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const figure_variable variables[] = { FIGURE_ROW_VARIABLES, { .name = NULL } };

/* NaN where it cannot be said. */
static double importance_of(const figure_arm *arm, const fl_search_axis *axis)
{
    const fl_summary_arm *summary = arm->summary;
    double *positions = fl_memory_new(summary->n_scores + 1, sizeof *positions);
    double *scores = fl_memory_new(summary->n_scores + 1, sizeof *scores);
    for (size_t i = 0; i < summary->n_scores; i++) {
        fl_record record = fl_results_record(arm->of->results, summary->scores[i].record);
        positions[i] = fl_stats_axis_value(axis, &record.values);
        scores[i] = summary->scores[i].figures.score;
        fl_record_free(&record);
    }
    double share = fl_stats_importance(positions, scores, summary->n_scores);
    free(scores);
    free(positions);
    return share;
}

static void add_trials(figure_data *data, const fl_summary_arm *arm)
{
    const char **trials = fl_memory_new(arm->n_scores, sizeof *trials);
    for (size_t i = 0; i < arm->n_scores; i++) trials[i] = arm->scores[i].record->trial;
    figure_add_trials(data, trials, arm->n_scores);
    free(trials);
}

/* A row without a bar where nothing can be said, so that no arm is missing. */
static void add_axis(figure_data *data, const figure_arm *arm, const fl_search_axis *axis, figure_rows *rows)
{
    char right[20] = "not known";
    fl_text left = { 0 };
    double share = importance_of(arm, axis), range[3] = { share < 0 ? 0 : 100 * share, NAN, NAN };
    bool known = !isnan(share);
    if (known) snprintf(right, sizeof right, "%.0f %%", range[0]);
    fl_text_add(&left, "%s: %s", arm->summary->arm->label, axis->name);
    figure_rows_add(rows, data, arm->slot, left.bytes, right, range, known ? FIGURE_ROW_BAR : FIGURE_ROW_UNKNOWN);
    add_trials(data, arm->summary);
    fl_text_free(&left);
}

static const char *refuse(const figure_panel *panel)
{
    for (const figure_arm *arm = panel->arms; arm < panel->arms + panel->n_arms; arm++) {
        const fl_search_space *space = arm->summary->arm->space;
        for (size_t i = 0; i < space->n_axes; i++)
            if (figure_axis_varies(&space->axes[i]) && !isnan(importance_of(arm, &space->axes[i]))) return NULL;
    }
    return "no arm has ten trials with scores that differ along an axis";
}

static void add(figure_data *data, const figure_panel *panel)
{
    figure_rows rows = figure_rows_new();
    for (const figure_arm *arm = panel->arms; arm < panel->arms + panel->n_arms; arm++) {
        const fl_search_space *space = arm->summary->arm->space;
        for (size_t i = 0; i < space->n_axes; i++)
            if (figure_axis_varies(&space->axes[i])) add_axis(data, arm, &space->axes[i], &rows);
    }
    figure_rows_end(&rows, data, "variance of the score's ranks explained by the axis alone (%)");
}

const figure figure_importance = {
    .entry = { "importance",
               "How much of the variance of the trials' scores (as ranks) each axis of a search explains by itself. "
               "What axes explain together is in no bar.",
               "" },
    .columns = "row, variance of the score's ranks that the axis explains by itself in %, NaN, NaN, 2 (3: not known), "
               "all trials of the arm",
    .variables = variables,
    .arrangement = "rows",
    .refuse = refuse,
    .add = add,
};
