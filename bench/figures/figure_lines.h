/* Figures with a line per arm, drawn by plots/lines.gp, and lines over what arms of one slot differ in. */
#ifndef BENCH_FIGURES_FIGURE_LINES_H
#define BENCH_FIGURES_FIGURE_LINES_H

#include "figures/figure_data.h"

#define FIGURE_LINE_VARIABLES                                                                                          \
    { "x", FIGURE_PER_PANEL, FIGURE_HORIZONTAL }, { "x_axis", FIGURE_PER_PANEL, FIGURE_TEXT },                         \
        { "y", FIGURE_PER_PANEL, FIGURE_VERTICAL },                                                                    \
    {                                                                                                                  \
        "y_axis", FIGURE_PER_PANEL, FIGURE_TEXT                                                                        \
    }

/* Both axes of the present panel. */
void figure_set_lines(figure_data *data, const figure_scale *x, const char *x_axis, const figure_scale *y,
                      const char *y_axis);

/* The arms of `panel` in the slot of its arm `first`, by `x` from the least to the greatest, into `line`, which has
 * room for all arms. Returns how many; 0 where an arm before `first` has that slot, so that a walk over all arms meets
 * every line once. */
size_t figure_line(const figure_panel *panel, size_t first, double (*x)(const figure_arm *arm),
                   const figure_arm **line);

/* Does `x` take two values or more among the arms? */
bool figure_varies(const figure_panel *panel, double (*x)(const figure_arm *arm));

/* What arms differ in. */
double figure_batch_of(const figure_arm *arm);
double figure_steps_of(const figure_arm *arm);

/* The trial with the fewest steps to the target; NULL where none reached it. */
const fl_results_score *figure_fastest(const fl_summary_arm *arm);

#endif
