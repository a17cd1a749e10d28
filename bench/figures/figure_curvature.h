/* What the figures of curvature.jsonl share: a panel's arms with the measurements of their selected trials. */
#ifndef BENCH_FIGURES_FIGURE_CURVATURE_H
#define BENCH_FIGURES_FIGURE_CURVATURE_H

#include "figures/figure_data.h"

/* The measurements of an arm's selected trial, landscapes or all others; an empty array where there are none. New
 * reference. */
json_t *figure_curvature_of(const figure_arm *arm, bool landscapes);

/* Has any arm of the panel one? */
bool figure_curvature_is_there(const figure_panel *panel, bool landscapes);

/* A number of a measurement; NaN where there is none. */
double figure_curvature_number(const json_t *object, const char *key);

#endif
