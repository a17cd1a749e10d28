/* Figures of two cells a panel, side by side over one axis, with a line per slot in each; drawn by plots/pair.gp. The
 * columns are x, y, the ends of y's band, a model's y. */
#ifndef BENCH_FIGURES_FIGURE_PAIR_H
#define BENCH_FIGURES_FIGURE_PAIR_H

#include "figures/figure_lines.h"

enum { FIGURE_PAIR_COLUMNS = 5 };

#define FIGURE_PAIR_VARIABLES                                                                                          \
    { "x", FIGURE_PER_PANEL, FIGURE_NARROW }, { "x_axis", FIGURE_PER_PANEL, FIGURE_TEXT },                             \
        { "left_y", FIGURE_PER_PANEL, FIGURE_VERTICAL }, { "left_axis", FIGURE_PER_PANEL, FIGURE_TEXT },               \
        { "right_y", FIGURE_PER_PANEL, FIGURE_VERTICAL }, { "right_axis", FIGURE_PER_PANEL, FIGURE_TEXT },             \
    {                                                                                                                  \
        "cell", FIGURE_PER_BLOCK, FIGURE_NUMBER                                                                        \
    }

typedef struct figure_pair_cell {
    const char *axis;
    bool logged;
    figure_add_line *add; /* its blocks are set to be of this cell */
} figure_pair_cell;

/* Both cells of a panel, over powers of two of `of`. */
void figure_pair_add(figure_data *data, const figure_panel *panel, double (*of)(const figure_arm *arm),
                     const char *x_axis, const figure_pair_cell cells[2]);

/* A line's block in cell 1 or 2, and a row of it, which widens the scales. */
void figure_pair_begin(figure_data *data, const figure_arm *first, int cell);
void figure_pair_row(figure_data *data, const double row[FIGURE_PAIR_COLUMNS], const fl_results_score *behind,
                     figure_scale *x, figure_scale *y);

#endif
