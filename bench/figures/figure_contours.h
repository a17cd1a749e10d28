/* Figures with paths over the contours of a loss, drawn by plots/contours.gp. The columns begin with x, y; a panel's
 * last block is the grid, whose third column is the loss. */
#ifndef BENCH_FIGURES_FIGURE_CONTOURS_H
#define BENCH_FIGURES_FIGURE_CONTOURS_H

#include "figures/figure_data.h"

enum { FIGURE_CONTOUR_COLUMNS = 3 };

#define FIGURE_CONTOUR_VARIABLES                                                                                       \
    { "x", FIGURE_PER_PANEL, FIGURE_NARROW }, { "x_axis", FIGURE_PER_PANEL, FIGURE_TEXT },                             \
        { "y", FIGURE_PER_PANEL, FIGURE_VERTICAL }, { "y_axis", FIGURE_PER_PANEL, FIGURE_TEXT },                       \
    {                                                                                                                  \
        "levels", FIGURE_PER_PANEL, FIGURE_TEXT                                                                        \
    }

/* Add a place of a path to the present block. */
void figure_add_place(figure_data *data, figure_scale scales[2], const double at[2], double third, const char *trial);

/* End a panel: its axes, and the grid of n x n values over them, row by row from the lowest y, with its contours. */
void figure_end_contours(figure_data *data, const figure_scale scales[2], const char *const axes[2], size_t n,
                         const double *values, const char *trial);

/* Coordinate number `i` of `n` over a scale. */
double figure_grid_place(const figure_scale *scale, size_t i, size_t n);

#endif
