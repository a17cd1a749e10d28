/* What the figures with a point per trial share. */
#include "figures/figure_trials.h"

#include <math.h>

figure_state figure_state_of(const fl_summary_arm *arm, const fl_results_score *score)
{
    if (!isfinite(score->figures.score)) return FIGURE_TRIAL_DIVERGED;
    return score == arm->selected ? FIGURE_TRIAL_BEST : FIGURE_TRIAL_COMPLETE;
}

bool figure_axis_varies(const fl_search_axis *axis)
{
    double min, max;
    fl_stats_axis_ends(axis, &min, &max);
    return min < max;
}

bool figure_axis_is_choice(const fl_search_axis *axis)
{
    return axis->setting.hyper->scale == FL_HYPER_CHOICE && !axis->setting.coupling;
}

/* Listed values know no scaling of their own: their spread decides. */
figure_scale figure_axis_range(const fl_search_axis *axis)
{
    figure_scale scale;
    fl_stats_axis_ends(axis, &scale.low, &scale.high);
    if (!axis->points) {
        scale.spacing = axis->log ? FIGURE_LOG : FIGURE_LINEAR;
        return scale;
    }
    bool spread = scale.low > 0 && scale.high > FIGURE_LOG_FACTOR * scale.low;
    figure_scale_widen(&scale, spread && !figure_axis_is_choice(axis) ? FIGURE_LOG : FIGURE_LINEAR);
    return scale;
}

figure_scale figure_score_scale(const figure_panel *panel, double factor)
{
    figure_scale scale = figure_scale_none();
    for (size_t i = 0; i < panel->n_arms; i++) {
        const fl_summary_arm *arm = panel->arms[i].summary;
        for (size_t s = 0; s < arm->n_scores; s++) figure_scale_add(&scale, factor * arm->scores[s].figures.score);
    }
    figure_scale_choose(&scale);
    return scale;
}

void figure_cells_begin(figure_data *data, size_t n, size_t per_row, bool anew)
{
    if (!anew && data->column + n <= per_row) return;
    data->rows_begun++;
    data->column = 0;
}

void figure_cells_take(figure_data *data, size_t per_row)
{
    if (data->column == per_row) figure_cells_begin(data, 1, per_row, true);
    data->column++;
    if (data->column > data->columns) data->columns = data->column;
    figure_set_number(data, "row", (double)data->rows_begun);
    figure_set_number(data, "column", (double)data->column);
}

void figure_cells_end(figure_data *data, const figure_layout *layout)
{
    figure_set_number(data, "n_rows", (double)data->rows_begun);
    figure_set_number(data, "n_columns", (double)data->columns);
}
