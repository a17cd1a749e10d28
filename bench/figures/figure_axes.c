/* Choi et al. 2019, figure 5: one hyperparameter against the final score, a point per trial. A search space is wide
 * enough when the best trials lie away from its borders. A cell per axis, arms one after another; diverged trials stand
 * in a band of their own above the rest. */
#include "figures/figure.h"
#include "figures/figure_trials.h"

#include <math.h>

enum { N_COLUMNS = 3, CELLS_PER_ROW = 6 };

static const char columns[] = "the hyperparameter as the study names it, score of the trial (rates in %), "
                              "0 complete 1 diverged 2 selected, trial";

/* The names of a choice, separated by spaces, or "". */
static void set_choices(figure_data *data, const fl_search_axis *axis)
{
    fl_text names = { 0 };
    const fl_hyper *hyper = axis->setting.hyper;
    fl_text_add(&names, "%s", "");
    for (size_t i = 0; figure_axis_is_choice(axis) && hyper->choices[i]; i++)
        fl_text_add(&names, "%s%s", i ? " " : "", hyper->choices[i]);
    figure_set_text_at(data, "choices", data->n_blocks, names.bytes);
    fl_text_free(&names);
}

/* Where the next cell goes. */
typedef struct layout {
    size_t rows, column; /* rows begun; the last one's last column taken */
    size_t columns;      /* the most that any row has */
} layout;

/* Let an arm of `n` cells begin in the present row if it fits there, else in a row of its own. */
static void begin_arm(layout *at, size_t n, bool first_of_panel)
{
    if (!first_of_panel && at->column + n <= CELLS_PER_ROW) return;
    at->rows++;
    at->column = 0;
}

static void take_cell(layout *at)
{
    if (at->column == CELLS_PER_ROW) begin_arm(at, 1, false);
    at->column++;
    if (at->column > at->columns) at->columns = at->column;
}

static void set_cell(figure_data *data, const fl_search_axis *axis, const layout *at)
{
    figure_scale range = figure_axis_range(axis);
    figure_scale_set(data, "x", data->n_blocks, &range);
    figure_set_text_at(data, "axis_name", data->n_blocks, axis->name);
    figure_set_at(data, "row", data->n_blocks, (double)at->rows);
    figure_set_at(data, "column", data->n_blocks, (double)at->column);
    set_choices(data, axis);
}

static double value_on(const fl_search_axis *axis, const fl_results *results, const fl_results_score *score)
{
    fl_record record = fl_results_record(results, score->record);
    double value = fl_stats_axis_value(axis, &record.values);
    fl_record_free(&record);
    return value;
}

static void add_axis(figure_data *data, const fl_results *results, const figure_arm *arm, const fl_search_axis *axis,
                     double factor)
{
    const fl_summary_arm *summary = arm->summary;
    fl_text about = { 0 };
    fl_text_add(&about, "%s, %s", summary->arm->name, axis->name);
    figure_begin_block(data, arm->slot, about.bytes);
    fl_text_free(&about);
    for (const fl_results_score *s = summary->scores; s < summary->scores + summary->n_scores; s++) {
        double row[N_COLUMNS] = { value_on(axis, results, s), factor * s->score, figure_state_of(summary, s) };
        figure_add_row(data, row, N_COLUMNS, s->record->trial);
    }
}

static size_t count_axes(const figure_arm *arm)
{
    const fl_search_space *space = arm->summary->arm->space;
    size_t n = 0;
    for (size_t i = 0; i < space->n_axes; i++) n += figure_axis_varies(&space->axes[i]);
    return arm->summary->n_scores ? n : 0;
}

static void add_arm(figure_data *data, const fl_results *results, const figure_arm *arm, double factor, layout *at)
{
    const fl_search_space *space = arm->summary->arm->space;
    for (size_t i = 0; i < space->n_axes; i++) {
        if (!figure_axis_varies(&space->axes[i])) continue;
        add_axis(data, results, arm, &space->axes[i], factor);
        take_cell(at);
        set_cell(data, &space->axes[i], at);
    }
}

static void add_panel(figure_data *data, const figure_panel *panel, layout *at)
{
    figure_unit unit = figure_unit_of(panel, panel->summary->results->study->select);
    figure_scale scale = figure_score_scale(panel, unit.factor);
    bool begun = false;
    for (size_t i = 0; i < panel->n_arms; i++) {
        size_t n = count_axes(&panel->arms[i]);
        if (!n) continue;
        if (!begun) figure_begin_panel(data, panel);
        begin_arm(at, n, !begun);
        add_arm(data, panel->summary->results, &panel->arms[i], unit.factor, at);
        begun = true;
    }
    if (!begun) return;
    figure_scale_set(data, "y", data->n_panels, &scale);
    figure_set_text_at(data, "metric", data->n_panels, unit.axis);
}

static bool write(const figure_sheet *sheet, figure_data *data)
{
    size_t n = figure_most_blocks(sheet);
    layout at = { 0, 0, 1 };
    figure_begin(data, sheet, "axes", columns);
    figure_scale_array(data, "x", n);
    figure_scale_array(data, "y", sheet->n_panels);
    figure_array(data, "metric", sheet->n_panels);
    figure_array(data, "axis_name", n);
    figure_array(data, "choices", n);
    figure_array(data, "row", n);
    figure_array(data, "column", n);
    for (size_t i = 0; i < sheet->n_panels; i++) add_panel(data, &sheet->panels[i], &at);
    figure_set(data, "n_rows", (double)at.rows);
    figure_set(data, "n_columns", (double)at.columns);
    return figure_end(data, "no arm searches an axis");
}

const figure figure_axes = {
    .entry = { "axes",
               "Every trial's score against each hyperparameter of its space; the band on top holds trials that "
               "diverged, a ring marks the selected one. The best trials should lie away from the borders.",
               "Choi et al. 2019, figure 5" },
    .write = write,
};
