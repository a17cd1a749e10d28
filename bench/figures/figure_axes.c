/* Choi et al. 2019, figure 5: one hyperparameter against the final score, a point per trial. A search space is wide
 * enough when the best trials lie away from its borders. A cell per axis, arms one after another; diverged trials stand
 * in a band of their own above the rest. */
#include "figures/figure.h"
#include "figures/figure_trials.h"

#include <math.h>

enum { N_COLUMNS = 3, CELLS_PER_ROW = 6 };
static const figure_variable variables[] = {
    { "x", FIGURE_PER_BLOCK, FIGURE_NARROW },
    { "y", FIGURE_PER_PANEL, FIGURE_VERTICAL },
    { "metric", FIGURE_PER_PANEL, FIGURE_TEXT },
    { "axis_name", FIGURE_PER_BLOCK, FIGURE_TEXT },
    { "choices", FIGURE_PER_BLOCK, FIGURE_TEXT },
    FIGURE_CELL_VARIABLES,
    { .name = NULL },
};

/* The names of a choice, separated by spaces, or "". */
static void set_choices(figure_data *data, const fl_search_axis *axis)
{
    fl_text names = { 0 };
    const fl_hyper *hyper = axis->setting.hyper;
    fl_text_add(&names, "%s", "");
    for (size_t i = 0; figure_axis_is_choice(axis) && hyper->choices[i]; i++)
        fl_text_add(&names, "%s%s", i ? " " : "", hyper->choices[i]);
    figure_set_text(data, "choices", names.bytes);
    fl_text_free(&names);
}

static void set_cell(figure_data *data, const fl_search_axis *axis)
{
    figure_scale range = figure_axis_range(axis);
    figure_set_scale(data, "x", &range);
    figure_set_text(data, "axis_name", axis->name);
    set_choices(data, axis);
}

static double value_on(const fl_search_axis *axis, const fl_results *results, const fl_results_score *score)
{
    fl_record record = fl_results_record(results, score->record);
    double value = fl_stats_axis_value(axis, &record.values);
    fl_record_free(&record);
    return value;
}

static void add_axis(figure_data *data, const figure_arm *arm, const fl_search_axis *axis, double factor)
{
    const fl_summary_arm *summary = arm->summary;
    fl_text about = { 0 };
    fl_text_add(&about, "%s, %s", summary->arm->name, axis->name);
    figure_begin_block(data, arm->slot, about.bytes);
    fl_text_free(&about);
    for (const fl_results_score *s = summary->scores; s < summary->scores + summary->n_scores; s++) {
        double row[N_COLUMNS] = { value_on(axis, arm->of->results, s), factor * s->figures.score,
                                  figure_state_of(summary, s) };
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

static void add_arm(figure_data *data, const figure_arm *arm, double factor)
{
    const fl_search_space *space = arm->summary->arm->space;
    for (size_t i = 0; i < space->n_axes; i++) {
        if (!figure_axis_varies(&space->axes[i])) continue;
        add_axis(data, arm, &space->axes[i], factor);
        figure_cells_take(data, CELLS_PER_ROW);
        set_cell(data, &space->axes[i]);
    }
}

static const char *refuse(const figure_panel *panel)
{
    for (size_t i = 0; i < panel->n_arms; i++)
        if (count_axes(&panel->arms[i])) return NULL;
    return "no arm searches an axis";
}

static void add(figure_data *data, const figure_panel *panel)
{
    figure_unit unit = figure_unit_of_score(panel);
    figure_scale scale = figure_score_scale(panel, unit.factor);
    bool begun = false;
    for (size_t i = 0; i < panel->n_arms; i++) {
        size_t n = count_axes(&panel->arms[i]);
        if (!n) continue;
        figure_cells_begin(data, n, CELLS_PER_ROW, !begun);
        add_arm(data, &panel->arms[i], unit.factor);
        begun = true;
    }
    figure_set_scale(data, "y", &scale);
    figure_set_text(data, "metric", unit.axis);
}

const figure figure_axes = {
    .entry = { "axes",
               "Every trial's score against each hyperparameter of its space; the band on top holds trials that "
               "diverged, a ring marks the selected one. The best trials should lie away from the borders.",
               "Choi et al. 2019, figure 5" },
    .columns = "the hyperparameter as the study names it, score of the trial (rates in %), "
               "0 complete 1 diverged 2 selected, trial",
    .variables = variables,
    .refuse = refuse,
    .add = add,
    .set_once = figure_cells_end,
};
