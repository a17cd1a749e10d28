/* The spectral density of the Hessian at the last measurement of each arm's selected trial: eigenvalues or Ritz values,
 * each widened to a normal curve (Ghorbani et al. 2019). */
#include "figures/figure.h"
#include "figures/figure_curvature.h"
#include "figures/figure_lines.h"

#include <math.h>

enum { N_COLUMNS = 4, PLACES = 400 };

/* Of the drawn width a node takes about so much. */
static const double width = 0.01, floor_density = 1e-6;

static const figure_variable variables[] = { FIGURE_LINE_VARIABLES, { .name = NULL } };

static json_t *last_of(const figure_arm *arm)
{
    json_t *all = figure_curvature_of(arm, false);
    json_t *last = json_incref(json_array_get(all, json_array_size(all) - 1));
    json_decref(all);
    return last;
}

static double node(const json_t *measured, const char *key, size_t i)
{
    return json_number_value(json_array_get(json_object_get(measured, key), i));
}

static void add_nodes(const json_t *measured, figure_scale *x)
{
    for (size_t i = 0; i < json_array_size(json_object_get(measured, "nodes")); i++)
        figure_scale_add(x, node(measured, "nodes", i));
}

static double density_at(const json_t *measured, double at, double sigma)
{
    double sum = 0;
    for (size_t i = 0; i < json_array_size(json_object_get(measured, "nodes")); i++) {
        double off = (at - node(measured, "nodes", i)) / sigma;
        sum += node(measured, "weights", i) * exp(-off * off / 2);
    }
    return sum / (sigma * sqrt(2 * M_PI));
}

static void add_arm(figure_data *data, const figure_arm *arm, const figure_scale *x, figure_scale *y)
{
    json_t *measured = last_of(arm);
    double span = x->high - x->low;
    if (measured) figure_begin_block(data, arm->slot, arm->summary->arm->name);
    for (size_t i = 0; measured && i < PLACES; i++) {
        double at = x->low + span * (double)i / (PLACES - 1), density = density_at(measured, at, width * span);
        const double row[N_COLUMNS] = { at, density * span > floor_density ? density : NAN, NAN, NAN };
        figure_scale_add(y, row[1]);
        figure_add_row(data, row, N_COLUMNS, arm->summary->selected->record->trial);
    }
    json_decref(measured);
}

static const char *refuse(const figure_panel *panel)
{
    return figure_curvature_is_there(panel, false) ? NULL : "the curvature of no selected trial was measured";
}

static void add(figure_data *data, const figure_panel *panel)
{
    figure_scale x = figure_scale_none(), y = figure_scale_none();
    for (size_t i = 0; i < panel->n_arms; i++) {
        json_t *measured = last_of(&panel->arms[i]);
        if (measured) add_nodes(measured, &x);
        json_decref(measured);
    }
    figure_scale_widen(&x, FIGURE_LINEAR);
    for (size_t i = 0; i < panel->n_arms; i++) add_arm(data, &panel->arms[i], &x, &y);
    if (!figure_scale_is_none(&y)) figure_scale_widen(&y, FIGURE_LOG);
    figure_set_lines(data, &x, "eigenvalue", &y, "density");
}

const figure figure_spectrum = {
    .entry = { "spectrum", "Spectral density of the Hessian at the last measurement of the selected trials.",
               "Ghorbani, Krishnan and Xiao 2019" },
    .columns = "eigenvalue, density, NaN, NaN, trial",
    .variables = variables,
    .arrangement = "lines",
    .refuse = refuse,
    .add = add,
};
