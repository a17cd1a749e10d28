/* Shallue et al. 2018, figure 8: the tuned effective learning rate, learning_rate/(1 - momentum), against the batch
 * size, beside what the linear and the square root heuristic would carry over from the smallest batch. */
#include "figures/figure.h"
#include "figures/figure_lines.h"

#include <math.h>

enum { N_COLUMNS = 6 };

static const figure_variable variables[] = { FIGURE_LINE_VARIABLES, { .name = NULL } };

/* The tuned trial: where there is a target the fastest to it, as in the paper, else the selected one. */
static const fl_results_score *tuned(const figure_arm *arm)
{
    bool by_steps = arm->of->results->study->has_target;
    return by_steps ? figure_fastest(arm->summary) : arm->summary->selected;
}

/* A rule without momentum has its rate alone. */
static double effective_rate(const figure_arm *arm, const fl_results_score *score)
{
    const fl_optimizer *optimizer = arm->summary->arm->base.owners.optimizer;
    size_t rate = fl_hyper_index(optimizer->hypers, optimizer->n_hypers, "learning_rate");
    size_t momentum = fl_hyper_index(optimizer->hypers, optimizer->n_hypers, "momentum");
    fl_record record = fl_results_record(arm->of->results, score->record);
    const double *values = record.values.of[FL_TRIAL_OF_OPTIMIZER];
    double result = values[rate] / (momentum < optimizer->n_hypers ? 1 - values[momentum] : 1);
    fl_record_free(&record);
    return result;
}

static void add_line(figure_data *data, const figure_arm **line, size_t n, figure_scale *x, figure_scale *y)
{
    double batch = NAN, rate = NAN; /* of the smallest batch */
    figure_begin_block(data, line[0]->slot, line[0]->summary->arm->label);
    for (size_t i = 0; i < n; i++) {
        const fl_results_score *score = tuned(line[i]);
        double row[N_COLUMNS] = { figure_batch_of(line[i]), score ? effective_rate(line[i], score) : NAN, NAN, NAN };
        if (score && isnan(batch)) {
            batch = row[0];
            rate = row[1];
        }
        row[4] = rate * row[0] / batch;
        row[5] = rate * sqrt(row[0] / batch);
        figure_scale_add(x, row[0]);
        for (size_t c = 1; c < N_COLUMNS; c++) figure_scale_add(y, row[c]);
        figure_add_row(data, row, N_COLUMNS, score ? score->record->trial : NULL);
    }
}

static const char *refuse(const figure_panel *panel)
{
    if (!figure_varies(panel, figure_batch_of)) return "the study has one batch size only";
    for (size_t i = 0; i < panel->n_arms; i++)
        if (tuned(&panel->arms[i])) return NULL;
    return "no arm has a tuned trial";
}

static void add(figure_data *data, const figure_panel *panel)
{
    figure_scale x, y;
    figure_add_lines(data, panel, figure_batch_of, add_line, &x, &y);
    x.spacing = FIGURE_LOG2;
    figure_scale_widen(&y, FIGURE_LOG);
    figure_set_lines(data, &x, "batch size", &y, "effective learning rate");
}

const figure figure_effective_rate = {
    .entry = { "effective_rate",
               "The tuned learning rate over 1 − momentum against the batch size, with the linear (dashed) and the "
               "square root heuristic (dotted) from the smallest batch.",
               "Shallue et al. 2018, figure 8" },
    .columns = "batch size, learning_rate/(1-momentum) of the tuned trial, NaN, NaN, the same by the linear and by the "
               "square root heuristic from the smallest batch, the tuned trial: the fastest to the target, or the "
               "selected one without",
    .variables = variables,
    .arrangement = "lines",
    .mixes = FIGURE_MIXES_BATCHES,
    .refuse = refuse,
    .add = add,
};
