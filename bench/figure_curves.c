/* Learning curves of the selected trials; where the study reran them with fresh seeds, the range those cover. */
#include "base/memory.h"
#include "figure.h"
#include "figure_scale.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ERROR, LOSS, ROWS };

/* What a row of panels shows, in the order of the columns. */
static const struct {
    const char *name, *axis;
    fl_metric val, train;
} rows[ROWS] = {
    [ERROR] = { "error", "error_axis", FL_VAL_ERROR, FL_TRAIN_ERROR },
    [LOSS] = { "loss", "loss_axis", FL_VAL_LOSS, FL_TRAIN_LOSS },
};
enum { VALIDATION, TRAINING, RERUNS, PER_ROW = RERUNS + 2, N_COLUMNS = 1 + ROWS * PER_ROW };

/* What a row has to show. */
typedef struct extent {
    figure_scale shown, training;
} extent;

/* A curve of training may leave the frame at the bottom, where memorised examples lie: what is read here is validation. */
#define TRAINING_DEPTH 4

static figure_scale settled(extent of)
{
    if (of.training.low <= of.training.high) {
        figure_scale_add(&of.shown, of.training.high);
        figure_scale_add(&of.shown, fmax(of.training.low, of.shown.low / TRAINING_DEPTH));
    }
    figure_scale_settle(&of.shown);
    return of.shown;
}

/* The least and the greatest value of a metric at one step over the reruns; NaN when there are none. */
static void rerun_range(const fl_results *results, const fl_arm_results *arm, size_t step, const figure_unit *unit, double range[2])
{
    range[0] = range[1] = NAN;
    for (size_t i = 0; i < arm->n_reruns; i++) {
        size_t n;
        const fl_point *points = fl_results_points(results, arm->reruns[i], &n);
        for (const fl_point *p = points; p < points + n; p++) {
            if (p->step != step) continue;
            range[0] = fmin(range[0], unit->factor * p->of[unit->metric]);
            range[1] = fmax(range[1], unit->factor * p->of[unit->metric]);
        }
    }
}

static void add_point(figure_data *data, const figure_panel *panel, const fl_arm_results *arm, const fl_point *point,
                      extent scales[ROWS])
{
    double columns[N_COLUMNS] = { (double)point->step }, *column = columns + 1;
    for (int row = 0; row < ROWS; row++, column += PER_ROW) {
        figure_unit unit = figure_unit_of(panel, rows[row].val);
        column[VALIDATION] = unit.factor * point->of[rows[row].val];
        column[TRAINING] = unit.factor * point->of[rows[row].train];
        rerun_range(panel->summary->results, arm, point->step, &unit, column + RERUNS);
        for (int i = 0; i < PER_ROW; i++) figure_scale_add(i == TRAINING ? &scales[row].training : &scales[row].shown, column[i]);
    }
    figure_add_numbers(data, columns, N_COLUMNS);
}

static void add_trials(figure_data *data, const fl_record *selected, const fl_arm_results *arm)
{
    const char **trials = fl_new(1 + arm->n_reruns, sizeof *trials);
    trials[0] = selected->trial;
    for (size_t i = 0; i < arm->n_reruns; i++) trials[1 + i] = arm->reruns[i]->trial;
    figure_add_trials(data, trials, 1 + arm->n_reruns);
    free(trials);
}

static void add_arm(figure_data *data, const figure_panel *panel, const figure_arm *arm, extent scales[ROWS])
{
    const fl_arm_summary *summary = arm->summary;
    size_t n;
    const fl_point *points = fl_results_points(panel->summary->results, summary->selected->record, &n);
    figure_begin_block(data, arm->slot, summary->arm->name);
    for (const fl_point *p = points; p < points + n; p++) {
        add_point(data, panel, summary->results, p, scales);
        add_trials(data, summary->selected->record, summary->results);
    }
}

static bool has_curve(const figure_arm *arm, const fl_results *results)
{
    size_t n = 0;
    if (arm->summary->selected) fl_results_points(results, arm->summary->selected->record, &n);
    return n > 1;
}

static bool shows_anything(const figure_panel *panel)
{
    for (size_t i = 0; i < panel->n_arms; i++)
        if (has_curve(&panel->arms[i], panel->summary->results)) return true;
    return false;
}

static void add_panel(figure_data *data, const figure_panel *panel)
{
    extent scales[ROWS];
    const fl_results *results = panel->summary->results;
    for (int row = 0; row < ROWS; row++) scales[row] = (extent){ figure_scale_none(), figure_scale_none() };
    figure_begin_panel(data, panel);
    for (size_t i = 0; i < panel->n_arms; i++)
        if (has_curve(&panel->arms[i], results)) add_arm(data, panel, &panel->arms[i], scales);
    for (int row = 0; row < ROWS; row++) {
        figure_scale scale = settled(scales[row]);
        figure_scale_set(data, rows[row].name, data->n_panels, &scale);
        figure_set_text_at(data, rows[row].axis, data->n_panels, figure_unit_of(panel, rows[row].val).name + strlen("validation "));
    }
    figure_set_at(data, "steps", data->n_panels, (double)results->study->steps);
}

static bool any_rerun(const figure_sheet *sheet)
{
    for (size_t p = 0; p < sheet->n_panels; p++)
        for (size_t i = 0; i < sheet->panels[p].n_arms; i++)
            if (sheet->panels[p].arms[i].summary->results->n_reruns) return true;
    return false;
}

static bool write(const figure_sheet *sheet, figure_data *data)
{
    figure_begin(data, sheet, "curves",
                 "step, validation and training error of the selected trial, least and greatest validation error of its reruns "
                 "(rates in %), the same four of the loss, trials (the selected one, then its reruns)");
    for (int row = 0; row < ROWS; row++) {
        figure_scale_array(data, rows[row].name, sheet->n_panels);
        figure_array(data, rows[row].axis, sheet->n_panels);
    }
    figure_array(data, "steps", sheet->n_panels);
    figure_set(data, "has_reruns", any_rerun(sheet));
    for (size_t i = 0; i < sheet->n_panels; i++)
        if (shows_anything(&sheet->panels[i])) add_panel(data, &sheet->panels[i]);
    return figure_end(data, "no selected trial was evaluated more than once");
}

const figure figure_curves = {
    .entry = { "curves",
               "Learning curves of the selected trials on validation data (thick) and training data (thin).",
               "" },
    .write = write,
};
