/* Choi et al. 2019, figure 5: one hyperparameter against the final score, a point per trial. A search space is wide enough when the
 * best trials lie away from its borders. A row per arm, a column per axis of its space; diverged trials stand in a band of their
 * own above the rest. */
#include "figure.h"
#include "figure_trials.h"

#include <math.h>

enum { N_COLUMNS = 3 };

/* The names of a choice, separated by spaces, or "". */
static void set_choices(figure_data *data, const fl_axis *axis)
{
    fl_text names = { 0 };
    const fl_hyper *hyper = axis->setting.hyper;
    fl_text_add(&names, "%s", "");
    for (size_t i = 0; figure_axis_is_choice(axis) && hyper->choices[i]; i++)
        fl_text_add(&names, "%s%s", i ? " " : "", hyper->choices[i]);
    figure_set_text_at(data, "choices", data->n_blocks, names.bytes);
    fl_text_free(&names);
}

static void set_cell(figure_data *data, const fl_axis *axis, size_t row, size_t column)
{
    figure_scale range = figure_axis_range(axis);
    figure_scale_set(data, "x", data->n_blocks, &range);
    figure_set_text_at(data, "axis", data->n_blocks, axis->name);
    figure_set_at(data, "row", data->n_blocks, (double)row);
    figure_set_at(data, "column", data->n_blocks, (double)column);
    set_choices(data, axis);
}

static void add_axis(figure_data *data, const figure_arm *arm, const fl_axis *axis, fl_metric metric)
{
    const fl_arm_summary *summary = arm->summary;
    fl_text about = { 0 };
    fl_text_add(&about, "%s, %s", summary->arm->name, axis->name);
    figure_begin_block(data, arm->slot, about.bytes);
    fl_text_free(&about);
    for (const fl_score *s = summary->scores; s < summary->scores + summary->n_scores; s++) {
        double columns[N_COLUMNS] = { figure_coordinate(axis, &s->record->values), figure_shown(metric, s->score),
                                      figure_state_of(summary, s) };
        figure_add_row(data, columns, N_COLUMNS, s->record->trial);
    }
}

static size_t count_axes(const figure_arm *arm)
{
    const fl_space *space = arm->summary->arm->space;
    size_t n = 0;
    for (size_t i = 0; i < space->n_axes; i++) n += figure_axis_varies(&space->axes[i]);
    return arm->summary->n_scores ? n : 0;
}

static void add_arm(figure_data *data, const figure_arm *arm, fl_metric metric, size_t row)
{
    const fl_space *space = arm->summary->arm->space;
    size_t column = 0;
    for (size_t i = 0; i < space->n_axes; i++) {
        if (!figure_axis_varies(&space->axes[i])) continue;
        add_axis(data, arm, &space->axes[i], metric);
        set_cell(data, &space->axes[i], row, ++column);
    }
}

/* Add a panel's rows below the first `rows`; returns how many there are then. */
static size_t add_panel(figure_data *data, const figure_panel *panel, size_t rows)
{
    fl_metric metric = panel->summary->results->study->select;
    figure_scale scale = figure_score_scale(panel, metric);
    size_t before = rows;
    for (size_t i = 0; i < panel->n_arms; i++) {
        if (!count_axes(&panel->arms[i])) continue;
        if (rows == before) figure_begin_panel(data, panel);
        add_arm(data, &panel->arms[i], metric, ++rows);
    }
    if (rows == before) return rows;
    figure_scale_set(data, "y", data->n_panels, &scale);
    figure_set_text_at(data, "metric", data->n_panels, figure_axis_name(metric));
    return rows;
}

static size_t most_axes(const figure_sheet *sheet)
{
    size_t most = 1;
    for (size_t p = 0; p < sheet->n_panels; p++)
        for (size_t i = 0; i < sheet->panels[p].n_arms; i++)
            if (count_axes(&sheet->panels[p].arms[i]) > most) most = count_axes(&sheet->panels[p].arms[i]);
    return most;
}

static bool write(const figure_sheet *sheet, figure_data *data)
{
    size_t n = figure_most_blocks(sheet), rows = 0;
    figure_begin(data, sheet, "axes",
                 "the hyperparameter as the study names it, score of the trial (errors in %), 0 complete 1 diverged 2 selected, trial");
    figure_scale_array(data, "x", n);
    figure_scale_array(data, "y", sheet->n_panels);
    figure_array(data, "metric", sheet->n_panels);
    figure_array(data, "axis", n);
    figure_array(data, "choices", n);
    figure_array(data, "row", n);
    figure_array(data, "column", n);
    for (size_t i = 0; i < sheet->n_panels; i++) rows = add_panel(data, &sheet->panels[i], rows);
    figure_set(data, "n_rows", (double)rows);
    figure_set(data, "n_columns", (double)most_axes(sheet));
    return figure_end(data, "no arm searches an axis");
}

const figure figure_axes = {
    .entry = { "axes",
               "Every trial's score against each hyperparameter of its space; the band on top holds trials that diverged, a ring "
               "marks the selected one. The best trials should lie away from the borders.",
               "Choi et al. 2019, figure 5" },
    .write = write,
};
