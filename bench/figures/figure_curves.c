/* Learning curves of the selected trials; where the study reran them with fresh seeds, the range those cover. */
#include "base/memory.h"
#include "figures/figure.h"
#include "figures/figure_scale.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ERROR, LOSS, ROWS };

/* What a row of panels shows, in the order of the columns. */
static const struct {
    const char *name, *axis;
    fl_trial_metric val, train;
} rows[ROWS] = {
    [ERROR] = { "error", "error_axis", FL_TRIAL_VAL_ERROR, FL_TRIAL_TRAIN_ERROR },
    [LOSS] = { "loss", "loss_axis", FL_TRIAL_VAL_LOSS, FL_TRIAL_TRAIN_LOSS },
};
enum { VALIDATION, TRAINING, RERUNS, PER_ROW = RERUNS + 2, N_COLUMNS = 1 + ROWS * PER_ROW };

static const figure_variable variables[] = {
    { "error", FIGURE_PER_PANEL, FIGURE_VERTICAL },   { "error_axis", FIGURE_PER_PANEL, FIGURE_TEXT },
    { "loss", FIGURE_PER_PANEL, FIGURE_VERTICAL },    { "loss_axis", FIGURE_PER_PANEL, FIGURE_TEXT },
    { "steps", FIGURE_PER_PANEL, FIGURE_HORIZONTAL }, { "n_points", FIGURE_PER_BLOCK, FIGURE_NUMBER },
    { "has_reruns", FIGURE_ONCE, FIGURE_NUMBER },     { .name = NULL },
};

/* A panel being written. */
typedef struct curves {
    const fl_results *results;
    figure_unit units[ROWS]; /* of both metrics of a row */
    figure_scale shown[ROWS], training[ROWS];
} curves;

static figure_scale chosen(figure_scale shown, const figure_scale *training)
{
    if (!figure_scale_is_none(training)) {
        figure_scale_add(&shown, training->low);
        figure_scale_add(&shown, training->high);
    }
    figure_scale_choose(&shown);
    return shown;
}

/* The points of an arm's reruns by step. */
typedef struct reruns {
    fl_trial_point *points; /* owned */
    size_t n, at;           /* `at`: the first whose step has not been asked for */
} reruns;

static int by_step(const void *a, const void *b)
{
    size_t x = ((const fl_trial_point *)a)->step, y = ((const fl_trial_point *)b)->step;
    return (x > y) - (x < y);
}

static reruns reruns_of(const fl_results *results, const fl_results_arm *arm)
{
    reruns all = { 0 };
    for (size_t i = 0; i < arm->n_reruns; i++) {
        size_t n;
        fl_trial_point *points = fl_results_points(results, arm->reruns[i].trial, &n);
        all.points = fl_memory_grow(all.points, all.n + n + 1, sizeof *points);
        memcpy(all.points + all.n, points, n * sizeof *points);
        all.n += n;
        free(points);
    }
    if (all.n) qsort(all.points, all.n, sizeof *all.points, by_step);
    return all;
}

/* The least and the greatest value of a row's validation metric at one step of the reruns; NaN without reruns. Steps
 * are asked for in their order. */
static void rerun_range(const curves *c, reruns *all, size_t step, int row, double range[2])
{
    range[0] = range[1] = NAN;
    while (all->at < all->n && all->points[all->at].step < step) all->at++;
    for (const fl_trial_point *p = all->points + all->at; p < all->points + all->n && p->step == step; p++) {
        range[0] = fmin(range[0], c->units[row].factor * p->of[rows[row].val]);
        range[1] = fmax(range[1], c->units[row].factor * p->of[rows[row].val]);
    }
}

static void add_point(figure_data *data, curves *c, reruns *all, const fl_trial_point *point)
{
    double numbers[N_COLUMNS] = { (double)point->step }, *column = numbers + 1;
    for (int row = 0; row < ROWS; row++, column += PER_ROW) {
        column[VALIDATION] = c->units[row].factor * point->of[rows[row].val];
        column[TRAINING] = c->units[row].factor * point->of[rows[row].train];
        rerun_range(c, all, point->step, row, column + RERUNS);
        for (int i = 0; i < PER_ROW; i++)
            figure_scale_add(i == TRAINING ? &c->training[row] : &c->shown[row], column[i]);
    }
    figure_add_numbers(data, numbers, N_COLUMNS);
}

static void add_trials(figure_data *data, const fl_results_entry *selected, const fl_results_arm *arm)
{
    const char **trials = fl_memory_new(1 + arm->n_reruns, sizeof *trials);
    trials[0] = selected->trial;
    for (size_t i = 0; i < arm->n_reruns; i++) trials[1 + i] = arm->reruns[i].trial;
    figure_add_trials(data, trials, 1 + arm->n_reruns);
    free(trials);
}

/* The selected trial's points, to be freed; one alone makes no curve. */
static fl_trial_point *curve_of(const figure_arm *arm, const fl_results *results, size_t *n)
{
    *n = 0;
    const fl_results_score *selected = arm->summary->selected;
    fl_trial_point *points = selected ? fl_results_points(results, selected->record->trial, n) : NULL;
    if (*n == 1) *n = 0;
    return points;
}

static void add_arm(figure_data *data, curves *c, const figure_arm *arm)
{
    const fl_summary_arm *summary = arm->summary;
    size_t n;
    fl_trial_point *points = curve_of(arm, c->results, &n);
    reruns all = reruns_of(c->results, summary->results);
    if (n) {
        figure_begin_block(data, arm->slot, summary->arm->name);
        figure_set_number(data, "n_points", (double)n);
    }
    for (const fl_trial_point *p = points; p < points + n; p++) {
        add_point(data, c, &all, p);
        add_trials(data, summary->selected->record, summary->results);
    }
    free(all.points);
    free(points);
}

static const char *refuse(const figure_panel *panel)
{
    size_t n = 0;
    for (size_t i = 0; i < panel->n_arms && !n; i++) free(curve_of(&panel->arms[i], panel->summary->results, &n));
    return n ? NULL : "no selected trial was evaluated more than once";
}

static void add(figure_data *data, const figure_panel *panel)
{
    curves c = { .results = panel->summary->results };
    figure_scale steps = { 0, (double)c.results->study->steps, FIGURE_LINEAR };
    for (int row = 0; row < ROWS; row++) {
        c.units[row] = figure_unit_of(panel, rows[row].val);
        c.shown[row] = c.training[row] = figure_scale_none();
    }
    for (size_t i = 0; i < panel->n_arms; i++) add_arm(data, &c, &panel->arms[i]);
    for (int row = 0; row < ROWS; row++) {
        bool twice = row == ERROR && !strcmp(c.units[row].kind, "loss");
        figure_scale scale = twice ? figure_scale_none() : chosen(c.shown[row], &c.training[row]);
        figure_set_scale(data, rows[row].name, &scale);
        figure_set_text(data, rows[row].axis, c.units[row].axis + strlen(c.units[row].split) + 1);
        figure_set_ends(data, (size_t)row, (size_t)(1 + PER_ROW * row + VALIDATION), &scale);
    }
    figure_set_scale(data, "steps", &steps);
}

static void set_reruns(figure_data *data, const figure_layout *layout)
{
    bool any = false;
    for (size_t p = 0; p < layout->n_panels; p++)
        for (size_t i = 0; i < layout->panels[p].n_arms; i++)
            any = any || layout->panels[p].arms[i].summary->results->n_reruns;
    figure_set_number(data, "has_reruns", any);
}

const figure figure_curves = {
    .entry = { "curves", "Learning curves of the selected trials on validation data (thick) and training data (thin).",
               "" },
    .columns = "step, validation and training error of the selected trial, least and greatest validation error of its "
               "reruns (rates in %), the same four of the loss, trials (the selected one, then its reruns)",
    .variables = variables,
    .refuse = refuse,
    .add = add,
    .set_once = set_reruns,
};
