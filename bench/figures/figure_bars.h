/* Figures with arms side by side in groups, a block each, drawn by plots/bars.gp: one or two rows of panels. The
 * columns are arm, place, then value, low and high of each row. */
#ifndef BENCH_FIGURES_FIGURE_BARS_H
#define BENCH_FIGURES_FIGURE_BARS_H

#include "figures/figure_data.h"

enum { FIGURE_BAR_ROWS = 2, FIGURE_BAR_COLUMNS = 2 + 3 * FIGURE_BAR_ROWS };

#define FIGURE_BAR_VARIABLES                                                                                           \
    { "top", FIGURE_PER_PANEL, FIGURE_VERTICAL }, { "top_axis", FIGURE_PER_PANEL, FIGURE_TEXT },                       \
        { "bottom", FIGURE_PER_PANEL, FIGURE_VERTICAL }, { "bottom_axis", FIGURE_PER_PANEL, FIGURE_TEXT },             \
        { "has_arrow", FIGURE_PER_PANEL, FIGURE_NUMBER }, { "group_name", FIGURE_PER_BLOCK, FIGURE_TEXT },             \
        { "group_lines", FIGURE_PER_BLOCK, FIGURE_NUMBER }, { "group_from", FIGURE_PER_BLOCK, FIGURE_NUMBER },         \
    {                                                                                                                  \
        "group_to", FIGURE_PER_BLOCK, FIGURE_NUMBER                                                                    \
    }

/* The groups of a panel being written. */
typedef struct figure_bars {
    double place, end; /* of the last bar; of the group */
    size_t least;      /* places of a group, so that its name finds room */
    bool has_arrow;    /* a whisker has no upper end */
    figure_scale scales[FIGURE_BAR_ROWS];
} figure_bars;

figure_bars figure_bars_new(size_t n_arms);

/* Begin a group that will hold `n` bars; its name may have several lines. */
void figure_bars_begin(figure_bars *bars, figure_data *data, const char *name, size_t n);

/* Add the next bar: value, low and high of each row, NaN where there is none. */
void figure_bars_add(figure_bars *bars, figure_data *data, size_t slot, const double values[3 * FIGURE_BAR_ROWS],
                     const char *trial);

/* Set the axes; a row without values is left out, with its name "". */
void figure_bars_end(figure_bars *bars, figure_data *data, const char *top_axis, const char *bottom_axis);

#endif
