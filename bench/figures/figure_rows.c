/* Rows are numbered from the top. */
#include "figures/figure_rows.h"
#include "figures/figure_text.h"

figure_rows figure_rows_new(void)
{
    return (figure_rows){ 0, { 0, 0, FIGURE_LINEAR } };
}

void figure_rows_add(figure_rows *rows, figure_data *data, size_t slot, const char *left, const char *right,
                     const double range[3], figure_row_mark mark)
{
    const double row[FIGURE_ROW_COLUMNS] = { (double)++rows->n, range[0], range[1], range[2], mark };
    for (size_t i = 0; i < 3; i++) figure_scale_add(&rows->scale, range[i]);
    figure_begin_block(data, slot, left);
    figure_set_text(data, "left_text", left);
    figure_set_number(data, "left_width", (double)figure_text_width(left));
    figure_set_text(data, "right_text", right);
    figure_set_number(data, "right_width", (double)figure_text_width(right));
    figure_set_number(data, "right_strong", mark == FIGURE_ROW_CLAIMED);
    figure_add_numbers(data, row, FIGURE_ROW_COLUMNS);
}

void figure_rows_end(figure_rows *rows, figure_data *data, const char *axis)
{
    figure_scale_widen(&rows->scale, FIGURE_LINEAR);
    figure_set_scale(data, "x", &rows->scale);
    figure_set_text(data, "x_axis", axis);
    figure_set_number(data, "n_rows", (double)rows->n);
}
