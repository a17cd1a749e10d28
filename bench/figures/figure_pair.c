#include "figures/figure_pair.h"

#include <math.h>

void figure_pair_begin(figure_data *data, const figure_arm *first, int cell)
{
    figure_begin_block(data, first->slot, first->summary->arm->label);
    figure_set_number(data, "cell", cell);
}

void figure_pair_row(figure_data *data, const double row[FIGURE_PAIR_COLUMNS], const fl_results_score *behind,
                     figure_scale *x, figure_scale *y)
{
    figure_scale_add(x, row[0]);
    for (size_t c = 1; c < FIGURE_PAIR_COLUMNS; c++) figure_scale_add(y, row[c]);
    figure_add_row(data, row, FIGURE_PAIR_COLUMNS, behind ? behind->record->trial : NULL);
}

static void choose_ends(figure_scale *y, bool logged)
{
    if (figure_scale_is_none(y)) return;
    if (logged)
        figure_scale_widen(y, FIGURE_LOG2);
    else
        figure_scale_choose(y);
}

void figure_pair_add(figure_data *data, const figure_panel *panel, double (*of)(const figure_arm *arm),
                     const char *x_axis, const figure_pair_cell cells[2])
{
    static const char *const scales[] = { "left_y", "right_y" }, *const axes[] = { "left_axis", "right_axis" };
    figure_scale both = figure_scale_none(), y[2];
    size_t from[3] = { data->n_blocks };
    for (size_t c = 0; c < 2; c++) {
        figure_scale x;
        figure_add_lines(data, panel, of, cells[c].add, &x, &y[c]);
        if (!figure_scale_is_none(&x)) figure_scale_add(&both, x.low);
        if (!figure_scale_is_none(&x)) figure_scale_add(&both, x.high);
        choose_ends(&y[c], cells[c].logged);
        from[c + 1] = data->n_blocks;
    }
    if (!data->panel_begun) return;
    for (size_t c = 0; c < 2; c++) { /* one of the cells may be empty */
        figure_set_scale(data, scales[c], &y[c]);
        figure_set_text(data, axes[c], cells[c].axis);
        figure_set_ends_among(data, c, 1, &y[c], from[c], from[c + 1]);
    }
    figure_scale_widen(&both, FIGURE_LOG2);
    figure_set_scale(data, "x", &both);
    figure_set_text(data, "x_axis", x_axis);
}
