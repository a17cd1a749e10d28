/* The loss on a plane through a trial's final parameters, with the path of its training: a panel per arm that has one.
 */
#include "base/memory.h"
#include "figures/figure.h"
#include "figures/figure_contours.h"
#include "figures/figure_curvature.h"

#include <math.h>
#include <stdlib.h>

static const figure_variable variables[] = { FIGURE_CONTOUR_VARIABLES, { .name = NULL } };

/* The arm's last landscape, NULL without; new reference. */
static json_t *landscape_of(const figure_arm *arm)
{
    json_t *all = figure_curvature_of(arm, true);
    json_t *last = json_incref(json_object_get(json_array_get(all, json_array_size(all) - 1), "landscape"));
    json_decref(all);
    return last;
}

static double number_at(const json_t *list, size_t i)
{
    const json_t *value = json_array_get(list, i);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void add_places(figure_data *data, const json_t *places, const char *trial)
{
    figure_scale ignored[2] = { figure_scale_none(), figure_scale_none() };
    size_t i;
    const json_t *place;
    json_array_foreach(places, i, place) figure_add_place(
        data, ignored, (const double[2]){ number_at(place, 0), number_at(place, 1) }, (double)i, trial);
}

/* Without a path the final parameters alone, at (0, 0). */
static void add_path(figure_data *data, const figure_arm *arm, const json_t *landscape, const char *trial)
{
    static const double origin[2] = { 0, 0 };
    const json_t *path = json_object_get(landscape, "path");
    figure_scale ignored[2] = { figure_scale_none(), figure_scale_none() };
    figure_begin_block(data, arm->slot, arm->summary->arm->name);
    add_places(data, path, trial);
    if (!json_array_size(path)) figure_add_place(data, ignored, origin, 0, trial);
}

static void add_landscape(figure_data *data, const figure_arm *arm, const json_t *landscape)
{
    size_t side = (size_t)json_integer_value(json_object_get(landscape, "side"));
    const char *trial = arm->summary->selected->record->trial, *axes[2];
    const json_t *losses = json_object_get(landscape, "losses");
    figure_scale scales[2];
    double *values = fl_memory_new(side * side, sizeof *values);
    for (size_t i = 0; i < side * side; i++) values[i] = number_at(losses, i);
    for (size_t k = 0; k < 2; k++) {
        scales[k] = (figure_scale){ number_at(json_object_get(landscape, "low"), k),
                                    number_at(json_object_get(landscape, "high"), k), FIGURE_LINEAR };
        axes[k] = json_string_value(json_array_get(json_object_get(landscape, "axes"), k));
    }
    add_path(data, arm, landscape, trial);
    figure_set_title(data, arm->summary->arm->name);
    figure_end_contours(data, scales, axes, side, values, trial);
    free(values);
}

static const char *refuse(const figure_panel *panel)
{
    return figure_curvature_is_there(panel, true) ? NULL : "no selected trial has a landscape";
}

static void add(figure_data *data, const figure_panel *panel)
{
    for (const figure_arm *arm = panel->arms; arm < panel->arms + panel->n_arms; arm++) {
        json_t *landscape = landscape_of(arm);
        if (landscape) figure_begin_panel(data, panel);
        if (landscape) add_landscape(data, arm, landscape);
        json_decref(landscape);
    }
}

const figure figure_landscape = {
    .entry = { "landscape",
               "The training loss on a plane through the selected trial's final parameters, with the path of its "
               "training.",
               "Li et al. 2018" },
    .columns = "the two coordinates on the plane, number of the measurement (of the grid the loss), trial",
    .variables = variables,
    .arrangement = "contours",
    .refuse = refuse,
    .add = add,
};
