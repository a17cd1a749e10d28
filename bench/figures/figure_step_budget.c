/* Choi et al. 2019, figure 10: the selected trial's test error against the number of training steps, over studies that
 * differ in it. A ranking that holds at every budget does not hang on the choice of one. */
#include "figures/figure.h"
#include "figures/figure_lines.h"

enum { N_COLUMNS = 4 };

static const figure_variable variables[] = { FIGURE_LINE_VARIABLES, { .name = NULL } };

static void add_line(figure_data *data, const figure_arm **line, size_t n, figure_scale *x, figure_scale *y)
{
    double factor = figure_unit_of(data->panel, FL_TRIAL_TEST_ERROR).factor;
    figure_begin_block(data, line[0]->slot, line[0]->summary->arm->label);
    for (size_t i = 0; i < n; i++) {
        const fl_summary_band *error = &line[i]->summary->test_error;
        const fl_results_score *selected = line[i]->summary->selected;
        double row[N_COLUMNS] = { figure_steps_of(line[i]), factor * error->center, factor * error->low,
                                  factor * error->high };
        figure_scale_add(x, row[0]);
        for (size_t c = 1; c < N_COLUMNS; c++) figure_scale_add(y, row[c]);
        figure_add_row(data, row, N_COLUMNS, selected ? selected->record->trial : NULL);
    }
}

static const char *refuse(const figure_panel *panel)
{
    if (!figure_varies(panel, figure_steps_of)) return "all arms train for the same number of steps";
    for (size_t i = 0; i < panel->n_arms; i++)
        if (panel->arms[i].summary->selected) return NULL;
    return "no arm has a feasible trial";
}

static void add(figure_data *data, const figure_panel *panel)
{
    figure_scale x, y;
    figure_unit unit = figure_unit_of(panel, FL_TRIAL_TEST_ERROR);
    figure_add_lines(data, panel, figure_steps_of, add_line, &x, &y);
    figure_scale_widen(&x, FIGURE_LOG);
    figure_scale_choose(&y);
    figure_set_lines(data, &x, "training steps", &y, unit.axis);
}

const figure figure_step_budget = {
    .entry = { "step_budget",
               "Test error of the selected trial against the number of training steps: does the ranking hang on it?",
               "Choi et al. 2019, figure 10" },
    .columns = "training steps, test error of the selected trial, its 5th and 95th percentile over resampled trials "
               "(rates in %), trial",
    .variables = variables,
    .arrangement = "lines",
    .mixes = FIGURE_MIXES_STUDIES,
    .refuse = refuse,
    .add = add,
};
