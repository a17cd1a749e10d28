/* Bars are placed one after another; groups share no room but the line between them. */
#include "figures/figure_bars.h"

#include <string.h>

figure_bars figure_bars_new(void)
{
    return (figure_bars){ 0, { figure_scale_none(), figure_scale_none() } };
}

void figure_bars_begin(figure_bars *bars, figure_data *data, const char *name, size_t n)
{
    figure_begin_block(data, 0, name);
    figure_set_text(data, "group_name", name);
    figure_set_number(data, "group_from", bars->place + 0.5);
    figure_set_number(data, "group_to", bars->place + 0.5 + (double)n);
}

void figure_bars_add(figure_bars *bars, figure_data *data, size_t slot, const double values[3 * FIGURE_BAR_ROWS],
                     const char *trial)
{
    double row[FIGURE_BAR_COLUMNS] = { (double)slot + 1, ++bars->place };
    memcpy(row + 2, values, 3 * FIGURE_BAR_ROWS * sizeof *values);
    for (size_t i = 0; i < 3 * FIGURE_BAR_ROWS; i++) figure_scale_add(&bars->scales[i / 3], values[i]);
    figure_add_row(data, row, FIGURE_BAR_COLUMNS, trial);
}

void figure_bars_end(figure_bars *bars, figure_data *data, const char *top_axis, const char *bottom_axis)
{
    for (size_t i = 0; i < FIGURE_BAR_ROWS; i++) figure_scale_settle(&bars->scales[i]);
    figure_set_scale(data, "top", &bars->scales[0]);
    figure_set_text(data, "top_axis", top_axis);
    figure_set_scale(data, "bottom", &bars->scales[1]);
    figure_set_text(data, "bottom_axis", bottom_axis);
}
