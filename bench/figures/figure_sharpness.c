/* The largest eigenvalue of the Hessian by step beside the curvature that the rule can bear at its rate: the edge of
 * stability (Cohen et al. 2021); of rules like Adam that of the preconditioned Hessian (Cohen et al. 2022). */
#include "figures/figure.h"
#include "figures/figure_curvature.h"
#include "figures/figure_lines.h"

#include <math.h>

enum { N_COLUMNS = 5 };

static const figure_variable variables[] = { FIGURE_LINE_VARIABLES, { .name = NULL } };

/* The one that the limit is about: before the first step a rule like Adam has none. */
static double largest_of(const json_t *measured, const fl_optimizer *rule)
{
    const json_t *first = json_array_get(json_object_get(measured, "largest"), 0);
    if (rule->precondition) return figure_curvature_number(measured, "preconditioned");
    return json_is_number(first) ? json_number_value(first) : NAN;
}

static void add_arm(figure_data *data, const figure_arm *arm, figure_scale *x, figure_scale *y)
{
    json_t *all = figure_curvature_of(arm, false);
    size_t i;
    const json_t *m;
    if (json_array_size(all)) figure_begin_block(data, arm->slot, arm->summary->arm->name);
    json_array_foreach(all, i, m)
    {
        const double row[N_COLUMNS] = { figure_curvature_number(m, "step"),
                                        largest_of(m, arm->summary->arm->base.owners.optimizer), NAN, NAN,
                                        figure_curvature_number(m, "limit") };
        figure_scale_add(x, row[0]);
        if (row[1] > 0) figure_scale_add(y, row[1]);
        if (row[4] > 0) figure_scale_add(y, row[4]);
        figure_add_row(data, row, N_COLUMNS, arm->summary->selected->record->trial);
    }
    json_decref(all);
}

static const char *refuse(const figure_panel *panel)
{
    return figure_curvature_is_there(panel, false) ? NULL : "the curvature of no selected trial was measured";
}

static void add(figure_data *data, const figure_panel *panel)
{
    figure_scale x = figure_scale_none(), y = figure_scale_none();
    for (size_t i = 0; i < panel->n_arms; i++) add_arm(data, &panel->arms[i], &x, &y);
    figure_scale_widen(&x, FIGURE_LINEAR);
    x.low = fmax(x.low, 0);
    if (!figure_scale_is_none(&y)) figure_scale_widen(&y, FIGURE_LOG);
    figure_set_lines(data, &x, "step", &y, "largest eigenvalue");
}

const figure figure_sharpness = {
    .entry = { "sharpness",
               "Largest eigenvalue of the Hessian by step (preconditioned, of rules like Adam), and dashed the "
               "curvature beyond which the rule diverges on a quadratic.",
               "Cohen et al. 2021" },
    .columns = "step, largest eigenvalue, NaN, NaN, the rule's limit, trial",
    .variables = variables,
    .arrangement = "lines",
    .refuse = refuse,
    .add = add,
};
