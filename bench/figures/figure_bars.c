/* Bars are placed one after another; groups share no room but the line between them. */
#include "figures/figure_bars.h"

#include <math.h>
#include <string.h>

/* A seventh of a panel holds a line of a group's name. */
enum { NAMES_PER_PANEL = 7 };

figure_bars figure_bars_new(size_t n_arms)
{
    return (figure_bars){ .least = (n_arms + NAMES_PER_PANEL - 1) / NAMES_PER_PANEL,
                          .scales = { figure_scale_none(), figure_scale_none() } };
}

static size_t count_lines(const char *text)
{
    size_t n = *text != 0;
    for (; *text; text++) n += *text == '\n';
    return n;
}

void figure_bars_begin(figure_bars *bars, figure_data *data, const char *name, size_t n)
{
    figure_begin_block(data, 0, name);
    figure_set_text(data, "group_name", name);
    double width = (double)(n > bars->least ? n : bars->least);
    figure_set_number(data, "group_lines", (double)count_lines(name));
    figure_set_number(data, "group_from", bars->end + 0.5);
    figure_set_number(data, "group_to", bars->end + 0.5 + width);
    bars->place = bars->end + (width - (double)n) / 2;
    bars->end += width;
}

void figure_bars_add(figure_bars *bars, figure_data *data, size_t slot, const double values[3 * FIGURE_BAR_ROWS],
                     const char *trial)
{
    double row[FIGURE_BAR_COLUMNS] = { (double)slot + 1, ++bars->place };
    memcpy(row + 2, values, 3 * FIGURE_BAR_ROWS * sizeof *values);
    for (size_t i = 0; i < 3 * FIGURE_BAR_ROWS; i++) {
        figure_scale_add(&bars->scales[i / 3], values[i]);
        bars->has_arrow = bars->has_arrow || isinf(values[i]);
    }
    figure_add_row(data, row, FIGURE_BAR_COLUMNS, trial);
}

void figure_bars_end(figure_bars *bars, figure_data *data, const char *top_axis, const char *bottom_axis)
{
    for (size_t i = 0; i < FIGURE_BAR_ROWS; i++) figure_scale_choose(&bars->scales[i]);
    figure_set_scale(data, "top", &bars->scales[0]);
    figure_set_text(data, "top_axis", top_axis);
    figure_set_scale(data, "bottom", &bars->scales[1]);
    figure_set_text(data, "bottom_axis", bottom_axis);
    figure_set_number(data, "has_arrow", bars->has_arrow);
}
