/* What more workers buy: fewest steps to the target, and examples in a second of virtual time, against their number.
 * Thin lines are a model and measured by nobody: it takes the examples that the fewest workers take, and n times the
 * workers make n times as many in a second. */
#include "figures/figure.h"
#include "figures/figure_pair.h"
#include "figures/figure_parallel.h"

#include <math.h>

static const figure_variable variables[] = { FIGURE_PAIR_VARIABLES, { .name = NULL } };

/* The model starts at the fewest workers that reached the target. */
static void add_steps(figure_data *data, const figure_arm **line, size_t n, figure_scale *x, figure_scale *y)
{
    double start = NAN; /* examples to the target there */
    if (!data->panel->summary->results->study->has_target) return;
    figure_pair_begin(data, line[0], 1);
    for (size_t i = 0; i < n; i++) {
        const fl_results_score *best = figure_fastest(line[i]->summary);
        const fl_summary_band *steps = &line[i]->summary->steps;
        double workers = figure_workers_of(line[i]);
        if (best && isnan(start)) start = figure_batch_of(line[i]) * steps->center;
        const double row[] = { workers, steps->center, steps->low, steps->high, start / figure_batch_of(line[i]) };
        figure_pair_row(data, row, best, x, y);
    }
}

static void add_speed(figure_data *data, const figure_arm **line, size_t n, figure_scale *x, figure_scale *y)
{
    double each = NAN; /* examples of one of the fewest workers */
    bool begun = false;
    for (size_t i = 0; i < n; i++) {
        double speed = figure_virtual_speed_of(line[i]), workers = figure_workers_of(line[i]);
        if (!isfinite(speed)) continue;
        if (!begun) figure_pair_begin(data, line[0], 2);
        if (!begun) each = speed / workers;
        begun = true;
        const double row[] = { workers, speed, speed, speed, each * workers };
        figure_pair_row(data, row, line[i]->summary->selected, x, y);
    }
}

static const char *refuse(const figure_panel *panel)
{
    bool has_target = panel->summary->results->study->has_target;
    if (!figure_varies(panel, figure_workers_of)) return "all arms have the same number of workers";
    for (size_t i = 0; i < panel->n_arms; i++)
        if (has_target ? figure_fastest(panel->arms[i].summary) != NULL
                       : isfinite(figure_virtual_speed_of(&panel->arms[i])))
            return NULL;
    return has_target ? "no trial reached the target" : "the study sets no target, and no trial has a virtual clock";
}

static void add(figure_data *data, const figure_panel *panel)
{
    static const figure_pair_cell cells[] = { { "steps to the target", true, add_steps },
                                              { "examples per virtual second", true, add_speed } };
    figure_pair_add(data, panel, figure_workers_of, "workers", cells);
}

const figure figure_scaling = {
    .entry = { "scaling",
               "Fewest steps to the target and examples per virtual second against the number of workers. Thin dashed: "
               "a "
               "model, not measured, by which the target takes as many examples as with the fewest workers, and n "
               "times the workers make n times as many.",
               "Shallue et al. 2018" },
    .columns = "workers, fewest steps to the target, their 5th and 95th percentile over resampled trials, steps by the "
               "model, the fastest trial; then, in blocks of their own, workers, examples per virtual second of the "
               "selected trial, the same, the same, by the model, trial",
    .variables = variables,
    .arrangement = "pair",
    .mixes = FIGURE_MIXES_BATCHES,
    .refuse = refuse,
    .add = add,
};
