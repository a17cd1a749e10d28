/* Paths of the selected trials over the contours of a function of two parameters, from where it starts. */
#include "base/memory.h"
#include "figures/figure.h"
#include "figures/figure_contours.h"
#include "network/network.h"

#include <stdlib.h>

enum { GRID = 80 };

static const figure_variable variables[] = { FIGURE_CONTOUR_VARIABLES, { .name = NULL } };

/* Is the arm's model a function alone? `loss` is its layer then. */
static bool is_function(const figure_arm *arm, fl_layer *loss)
{
    fl_layer layers[FL_WORKLOAD_LAYERS];
    const fl_trial *base = &arm->summary->arm->base;
    size_t n = fl_workload_layers(base->owners.workload, base->values.of[FL_TRIAL_OF_WORKLOAD], layers);
    *loss = layers[0];
    return n == 1 && loss->kind == FL_LAYER_FUNCTION;
}

/* The selected trial's points, to be freed; *n is 0 where it has none with parameters. */
static fl_trial_point *path_of(const figure_arm *arm, fl_layer *loss, size_t *n)
{
    const fl_results_score *selected = arm->summary->selected;
    *n = 0;
    if (!selected || !is_function(arm, loss)) return NULL;
    fl_trial_point *points = fl_results_points(arm->of->results, selected->record->trial, n);
    if (*n && points[0].n_parameters != 2) *n = 0;
    return points;
}

/* False where the arm has no path. */
static bool add_path(figure_data *data, figure_scale scales[2], const figure_arm *arm, fl_layer *loss)
{
    size_t n;
    fl_trial_point *points = path_of(arm, loss, &n);
    if (n) {
        const char *trial = arm->summary->selected->record->trial;
        figure_begin_block(data, arm->slot, arm->summary->arm->name);
        figure_add_place(data, scales, loss->start, 0, trial);
        for (size_t i = 0; i < n; i++)
            figure_add_place(data, scales, points[i].parameters, (double)points[i].step, trial);
    }
    free(points);
    return n;
}

/* The function over the panel, by the one implementation that every machine has. */
static double *evaluate(const fl_layer *loss, const figure_scale scales[2])
{
    fl_error error;
    const fl_tensor_shape in = { .n = 1, .c = 1, .h = 1, .w = 1 };
    double *values = fl_memory_new(GRID * GRID, sizeof *values);
    fl_network *network = fl_network_new(fl_backend_find("naive", NULL), loss, 1, in, FL_BACKEND_F32, false, &error);
    if (!network) fl_error_die("%s", error.text);
    for (size_t k = 0; k < GRID * GRID; k++) {
        const float at[2] = { (float)figure_grid_place(&scales[0], k % GRID, GRID),
                              (float)figure_grid_place(&scales[1], k / GRID, GRID) };
        fl_network_import(network, at);
        fl_network_forward(network);
        values[k] = fl_network_loss(network);
    }
    fl_network_free(network);
    return values;
}

static const char *refuse(const figure_panel *panel)
{
    for (size_t i = 0; i < panel->n_arms; i++) {
        size_t n;
        fl_layer loss;
        free(path_of(&panel->arms[i], &loss, &n));
        if (n) return NULL;
    }
    return "no selected trial minimises a function of two parameters";
}

static void add(figure_data *data, const figure_panel *panel)
{
    figure_scale scales[2] = { figure_scale_none(), figure_scale_none() };
    fl_layer loss, of;
    for (size_t i = 0; i < panel->n_arms; i++)
        if (add_path(data, scales, &panel->arms[i], &of)) loss = of;
    for (size_t i = 0; i < 2; i++) figure_scale_widen(&scales[i], FIGURE_LINEAR);
    double *values = evaluate(&loss, scales);
    figure_end_contours(data, scales, (const char *const[]){ "x", "y" }, GRID, values, NULL);
    free(values);
}

const figure figure_trajectory = {
    .entry = { "trajectory",
               "Paths of the selected trials over the contours of a function of two parameters, a mark per evaluation.",
               "" },
    .columns = "x, y, step (of the grid the loss), trial",
    .variables = variables,
    .arrangement = "contours",
    .mixes = FIGURE_MIXES_BATCHES,
    .refuse = refuse,
    .add = add,
};
