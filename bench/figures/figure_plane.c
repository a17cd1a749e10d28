/* Learning rate against epsilon, or against 1 - momentum: two hyperparameters that most rules know as one quotient.
 * Dotted lines join points of the same effective rate, learning_rate/(1-momentum) or what the study's coupled axis
 * says. */
#include "figures/figure.h"
#include "figures/figure_trials.h"

#include <math.h>
#include <string.h>

enum { N_COLUMNS = 4, CELLS_PER_ROW = 5 };

static const char columns[] = "learning rate, epsilon or 1 - momentum, score of the trial (rates in %), "
                              "0 complete 1 diverged 2 selected, trial";

/* A plane: what stands against the learning rate. */
typedef struct plane {
    const char *name;
    size_t partner; /* index of the hyperparameter in the optimizer's table */
    bool one_minus;
    double power; /* points with (learning_rate/c)^power = partner share the effective rate c; 0: there is none */
} plane;

static const fl_search_axis *varying_axis(const fl_search_space *space, size_t index)
{
    for (size_t i = 0; i < space->n_axes; i++) {
        const fl_search_axis *axis = &space->axes[i];
        if (axis->setting.owner == FL_TRIAL_OF_OPTIMIZER && axis->setting.index == index && figure_axis_varies(axis))
            return axis;
    }
    return NULL;
}

/* Epsilon replaces the gradient's size only where it dominates, so a study says by its coupled axis that the quotient
 * matters. */
static double epsilon_power(const fl_search_axis *rate)
{
    if (!strcmp(rate->name, "learning_rate/epsilon")) return 1;
    return strcmp(rate->name, "learning_rate/sqrt(epsilon)") ? 0 : 2;
}

static bool find_plane(const fl_study_arm *arm, plane *found)
{
    const fl_optimizer *optimizer = arm->base.owners.optimizer;
    const fl_search_axis *rate =
        varying_axis(arm->space, fl_hyper_index(optimizer->hypers, optimizer->n_hypers, "learning_rate"));
    size_t epsilon = fl_hyper_index(optimizer->hypers, optimizer->n_hypers, "epsilon");
    size_t momentum = fl_hyper_index(optimizer->hypers, optimizer->n_hypers, "momentum");
    if (!rate) return false;
    if (varying_axis(arm->space, epsilon))
        *found = (plane){ "epsilon", epsilon, false, epsilon_power(rate) };
    else if (varying_axis(arm->space, momentum))
        *found = (plane){ "1 − momentum", momentum, true, 1 };
    else
        return false;
    return true;
}

static void add_trials(figure_data *data, const fl_results *results, const fl_summary_arm *arm, const plane *p,
                       double factor, figure_scale scales[2])
{
    const fl_optimizer *optimizer = arm->arm->base.owners.optimizer;
    size_t rate = fl_hyper_index(optimizer->hypers, optimizer->n_hypers, "learning_rate");
    for (const fl_results_score *s = arm->scores; s < arm->scores + arm->n_scores; s++) {
        fl_record record = fl_results_record(results, s->record);
        const double *values = record.values.of[FL_TRIAL_OF_OPTIMIZER];
        double partner = values[p->partner];
        double row[N_COLUMNS] = { values[rate], p->one_minus ? 1 - partner : partner, factor * s->score,
                                  figure_state_of(arm, s) };
        for (int i = 0; i < 2; i++) figure_scale_add(&scales[i], row[i]);
        figure_add_row(data, row, N_COLUMNS, s->record->trial);
        fl_record_free(&record);
    }
}

static void add_arm(figure_data *data, const fl_results *results, const figure_arm *arm, const plane *p, double factor)
{
    figure_scale scales[2] = { figure_scale_none(), figure_scale_none() };
    fl_text about = { 0 };
    fl_text_add(&about, "%s, learning_rate and %s", arm->summary->arm->name, p->name);
    figure_begin_block(data, arm->slot, about.bytes);
    fl_text_free(&about);
    add_trials(data, results, arm->summary, p, factor, scales);
    for (int i = 0; i < 2; i++) {
        figure_scale_settle(&scales[i]);
        figure_scale_set(data, i ? "y" : "x", data->n_blocks, &scales[i]);
    }
    figure_set_text_at(data, "axis_name", data->n_blocks, p->name);
    figure_set_at(data, "power", data->n_blocks, p->power);
}

/* Add a panel's cells in rows below the first `rows`; returns how many rows there are then. */
static size_t add_panel(figure_data *data, const figure_panel *panel, size_t rows, size_t *n_columns)
{
    figure_unit unit = figure_unit_of(panel, panel->summary->results->study->select);
    figure_scale scale = figure_score_scale(panel, unit.factor);
    size_t n = 0;
    for (size_t i = 0; i < panel->n_arms; i++) {
        plane found;
        if (!panel->arms[i].summary->selected || !find_plane(panel->arms[i].summary->arm, &found)) continue;
        if (!n) figure_begin_panel(data, panel);
        add_arm(data, panel->summary->results, &panel->arms[i], &found, unit.factor);
        figure_set_at(data, "row", data->n_blocks, (double)(rows + 1 + n / CELLS_PER_ROW));
        figure_set_at(data, "column", data->n_blocks, (double)(1 + n % CELLS_PER_ROW));
        n++;
        if (n <= CELLS_PER_ROW && n > *n_columns) *n_columns = n;
    }
    if (!n) return rows;
    figure_scale_set(data, "value", data->n_panels, &scale);
    figure_set_text_at(data, "metric", data->n_panels, unit.axis);
    return rows + (n + CELLS_PER_ROW - 1) / CELLS_PER_ROW;
}

static bool write(const figure_sheet *sheet, figure_data *data)
{
    size_t n = figure_most_blocks(sheet), rows = 0, n_columns = 1;
    figure_begin(data, sheet, "plane", columns);
    figure_scale_array(data, "x", n);
    figure_scale_array(data, "y", n);
    figure_scale_array(data, "value", sheet->n_panels);
    figure_array(data, "metric", sheet->n_panels);
    figure_array(data, "axis_name", n);
    figure_array(data, "power", n);
    figure_array(data, "row", n);
    figure_array(data, "column", n);
    for (size_t i = 0; i < sheet->n_panels; i++) rows = add_panel(data, &sheet->panels[i], rows, &n_columns);
    figure_set(data, "n_rows", (double)rows);
    figure_set(data, "n_columns", (double)n_columns);
    return figure_end(data, "no arm searches the learning rate together with epsilon or momentum");
}

const figure figure_plane = {
    .entry = { "plane",
               "Every trial's score over learning rate and epsilon or 1 − momentum; crosses diverged, a ring marks the "
               "selected one, dotted lines join equal effective rates.",
               "" },
    .write = write,
};
