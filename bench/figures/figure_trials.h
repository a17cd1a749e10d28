/* Figures with a point per trial: where a trial stands on an axis, and how it ended. */
#ifndef BENCH_FIGURES_FIGURE_TRIALS_H
#define BENCH_FIGURES_FIGURE_TRIALS_H

#include "figures/figure_data.h"
#include "stats/axis.h"

typedef enum figure_state { FIGURE_TRIAL_COMPLETE, FIGURE_TRIAL_DIVERGED, FIGURE_TRIAL_BEST } figure_state;

figure_state figure_state_of(const fl_summary_arm *arm, const fl_results_score *score);

/* The range of an axis, with its spacing, and whether its values are names (a choice). */
figure_scale figure_axis_range(const fl_search_axis *axis);
bool figure_axis_is_choice(const fl_search_axis *axis);

/* Does the axis take more than one value, in a range, a list or complete points? */
bool figure_axis_varies(const fl_search_axis *axis);

/* Cells of a figure that has several per panel, one per block. Declare FIGURE_CELL_VARIABLES. */
#define FIGURE_CELL_VARIABLES                                                                                          \
    { "row", FIGURE_PER_BLOCK, FIGURE_NUMBER }, { "column", FIGURE_PER_BLOCK, FIGURE_NUMBER },                         \
        { "n_rows", FIGURE_ONCE, FIGURE_NUMBER },                                                                      \
    {                                                                                                                  \
        "n_columns", FIGURE_ONCE, FIGURE_NUMBER                                                                        \
    }

/* Begin a row, unless `n` more cells find room among `per_row` and `anew` is false. */
void figure_cells_begin(figure_data *data, size_t n, size_t per_row, bool anew);

/* Take the next cell for the block just begun. */
void figure_cells_take(figure_data *data, size_t per_row);

/* A figure's set_once: how many rows and columns there are. */
void figure_cells_end(figure_data *data, const figure_layout *layout);

/* The error axis shared by all arms of a panel: their finite scores. */
figure_scale figure_score_scale(const figure_panel *panel, double factor);

#endif
