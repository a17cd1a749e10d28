/* gnuplot draws the contours; it is told at which values. */
#include "figures/figure_contours.h"

#include <math.h>

enum { LEVELS = 14 };

void figure_add_place(figure_data *data, figure_scale scales[2], const double at[2], double third, const char *trial)
{
    const double row[FIGURE_CONTOUR_COLUMNS] = { at[0], at[1], third };
    for (size_t i = 0; i < 2; i++) figure_scale_add(&scales[i], at[i]);
    figure_add_row(data, row, FIGURE_CONTOUR_COLUMNS, trial);
}

double figure_grid_place(const figure_scale *scale, size_t i, size_t n)
{
    return scale->low + (scale->high - scale->low) * (double)i / (double)(n - 1);
}

/* Values at equal ratios above the least: a valley's floor matters as much as its walls. */
static void set_levels(figure_data *data, const figure_scale *range)
{
    fl_text levels = { 0 };
    double span = range->high - range->low, least = 1e-5 * span;
    for (int i = 1; i < LEVELS; i++)
        fl_text_add(&levels, "%s%.6g", i > 1 ? ", " : "",
                    range->low + least * pow(span / least, (double)i / (double)LEVELS));
    figure_set_text(data, "levels", levels.bytes);
    fl_text_free(&levels);
}

void figure_end_contours(figure_data *data, const figure_scale scales[2], const char *const axes[2], size_t n,
                         const double *values, const char *trial)
{
    figure_scale range = figure_scale_none();
    figure_begin_block(data, 0, "the loss over the plane");
    for (size_t j = 0; j < n; j++) {
        for (size_t i = 0; i < n; i++) {
            const double row[FIGURE_CONTOUR_COLUMNS] = { figure_grid_place(&scales[0], i, n),
                                                         figure_grid_place(&scales[1], j, n), values[j * n + i] };
            figure_scale_add(&range, row[2]);
            figure_add_row(data, row, FIGURE_CONTOUR_COLUMNS, trial);
        }
        figure_add_gap(data);
    }
    figure_set_scale(data, "x", &scales[0]);
    figure_set_text(data, "x_axis", axes[0]);
    figure_set_scale(data, "y", &scales[1]);
    figure_set_text(data, "y_axis", axes[1]);
    set_levels(data, &range);
}
