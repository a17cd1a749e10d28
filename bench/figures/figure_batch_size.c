/* Shallue et al. 2018, figure 1: steps to the target against the batch size. Along the dashed line twice the batch
 * takes half the steps; where a curve leaves it, larger batches buy less. */
#include "figures/figure.h"
#include "figures/figure_lines.h"

#include <math.h>

enum { N_COLUMNS = 5 };

static const figure_variable variables[] = { FIGURE_LINE_VARIABLES, { .name = NULL } };

/* Perfect scaling starts at the smallest batch that reached the target. */
static void add_line(figure_data *data, const figure_arm **line, size_t n, figure_scale *x, figure_scale *y)
{
    double start = NAN; /* batch times steps there */
    figure_begin_block(data, line[0]->slot, line[0]->summary->arm->label);
    for (size_t i = 0; i < n; i++) {
        const fl_results_score *best = figure_fastest(line[i]->summary);
        const fl_summary_band *steps = &line[i]->summary->steps;
        double batch = figure_batch_of(line[i]);
        if (best && isnan(start)) start = batch * steps->center;
        double row[N_COLUMNS] = { batch, steps->center, steps->low, steps->high, start / batch };
        figure_scale_add(x, batch);
        for (size_t c = 1; c < N_COLUMNS; c++) figure_scale_add(y, row[c]);
        figure_add_row(data, row, N_COLUMNS, best ? best->record->trial : NULL);
    }
}

static const char *refuse(const figure_panel *panel)
{
    if (!figure_varies(panel, figure_batch_of)) return "the study has one batch size only";
    if (!panel->summary->results->study->has_target) return "the study sets no target";
    for (size_t i = 0; i < panel->n_arms; i++)
        if (figure_fastest(panel->arms[i].summary)) return NULL;
    return "no trial reached the target";
}

static void add(figure_data *data, const figure_panel *panel)
{
    figure_scale x, y;
    figure_add_lines(data, panel, figure_batch_of, add_line, &x, &y);
    x.spacing = FIGURE_LOG2;
    figure_scale_widen(&y, FIGURE_LOG2);
    figure_set_lines(data, &x, "batch size", &y, "steps to the target");
}

const figure figure_batch_size = {
    .entry = { "batch_size",
               "Fewest steps to the target against the batch size. Along a dashed line twice the batch takes half the "
               "steps.",
               "Shallue et al. 2018, figure 1" },
    .columns = "batch size, fewest steps to the target, their 5th and 95th percentile over resampled trials, steps by "
               "perfect scaling from the smallest batch that reached it, the fastest trial",
    .variables = variables,
    .arrangement = "lines",
    .mixes = FIGURE_MIXES_BATCHES,
    .refuse = refuse,
    .add = add,
};
