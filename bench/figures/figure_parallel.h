/* What the figures of parallel methods share: what a panel's selected trials say of their workers. */
#ifndef BENCH_FIGURES_FIGURE_PARALLEL_H
#define BENCH_FIGURES_FIGURE_PARALLEL_H

#include "figures/figure_data.h"

/* Numbers of the arm's selected trial as it was measured; examples_per_second 0 where nothing was selected. */
typedef struct figure_measured {
    double examples_per_second, bytes; /* of a gradient */
    size_t processes;
} figure_measured;

figure_measured figure_measured_of(const figure_arm *arm);

/* How many workers the arm's trials have. */
double figure_workers_of(const figure_arm *arm);

/* How many pushes late those of the selected trial were on average, from its points; NaN where it is not asynchronous.
 */
double figure_staleness_of(const figure_arm *arm);

/* Examples that the arm's selected trial trains on in a second of its virtual clock; NaN where it has none. */
double figure_virtual_speed_of(const figure_arm *arm);

#endif
