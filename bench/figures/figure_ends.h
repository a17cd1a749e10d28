/* Labels beside the ends of lines, moved apart so that none lies on another: how many lines are told apart where
 * neither colour nor dash does it. */
#ifndef BENCH_FIGURES_FIGURE_ENDS_H
#define BENCH_FIGURES_FIGURE_ENDS_H

#include "figures/figure_scale.h"

/* How high a value lies in a panel, from 0 at its lower end to 1: below and above it, at its ends; NaN where there is no value or nothing is shown. */
double figure_ends_height(const figure_scale *scale, double value);

/* Move `n` heights apart by at least `gap`, or as far as all of them have room between 0 and 1, in their order and no
 * further than need be; those that are NaN are left alone. */
void figure_ends_spread(double *heights, size_t n, double gap);

#endif
