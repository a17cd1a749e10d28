/* Measurements by their trial. */
#include "figures/figure_curvature.h"
#include "results/curvature.h"

#include <math.h>

json_t *figure_curvature_of(const figure_arm *arm, bool landscapes)
{
    const fl_results_score *selected = arm->summary->selected;
    json_t *wanted = json_array(), *all, *one;
    size_t i;
    if (!selected) return wanted;
    all = fl_results_curvature(arm->of->results, selected->record->trial);
    json_array_foreach(all, i, one) if (landscapes == (json_object_get(one, "landscape") != NULL))
        json_array_append(wanted, one);
    json_decref(all);
    return wanted;
}

bool figure_curvature_is_there(const figure_panel *panel, bool landscapes)
{
    bool there = false;
    for (size_t i = 0; i < panel->n_arms && !there; i++) {
        json_t *of = figure_curvature_of(&panel->arms[i], landscapes);
        there = json_array_size(of) > 0;
        json_decref(of);
    }
    return there;
}

double figure_curvature_number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}
