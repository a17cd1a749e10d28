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

/* Add every line of a panel, the arms of one slot, by `add`, which is given them from the least `of` to the greatest
 * and widens the scales by what it adds. */
typedef void figure_add_line(figure_data *data, const figure_arm **line, size_t n, figure_scale *x, figure_scale *y);
void figure_add_lines(figure_data *data, const figure_panel *panel, double (*of)(const figure_arm *arm),
                      figure_add_line *add, figure_scale *x, figure_scale *y);

/* Does `x` take two values or more among the arms? */
bool figure_varies(const figure_panel *panel, double (*x)(const figure_arm *arm));

/* What arms differ in. */
double figure_batch_of(const figure_arm *arm);
double figure_steps_of(const figure_arm *arm);

/* The trial with the fewest steps to the target; NULL where none reached it. */
const fl_results_score *figure_fastest(const fl_summary_arm *arm);

#endif
