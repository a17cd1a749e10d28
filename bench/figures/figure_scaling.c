/* What more workers buy: fewest steps to the target, and examples in a second of virtual time, against their number.
 * Thin lines are a model and measured by nobody: it takes the examples that the fewest workers take, and n times the
 * workers make n times as many in a second. Synchronous workers have no virtual clock: what is drawn of them is what
 * was measured where each had a process, and the model of virtual/exchange.h for links that are not here. */
#include "figures/figure.h"
#include "figures/figure_pair.h"
#include "figures/figure_parallel.h"
#include "method/method.h"
#include "virtual/exchange.h"

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

/* Gigabits a second, and what a message takes; a gradient goes in two of them, what is large and what comes last. */
static const double gigabits[] = { 1, 10, 100 };
static const double latency = 10e-6, messages = 2;

static bool is_synchronous(const figure_arm *arm)
{
    const fl_method *method = arm->summary->arm->base.owners.method;
    return !method || method == fl_method_find("synchronous", NULL);
}

/* What was measured: the fewest workers, which one process carried, and those with a process each. */
static void add_measured(figure_data *data, const figure_arm **line, size_t n, figure_scale *x, figure_scale *y)
{
    figure_pair_begin(data, line[0], 2);
    for (size_t i = 0; i < n; i++) {
        figure_measured of = figure_measured_of(line[i]);
        double workers = figure_workers_of(line[i]);
        bool counts = is_synchronous(line[i]) && (!i || (double)of.processes == workers);
        double speed = counts && of.examples_per_second > 0 ? of.examples_per_second : NAN;
        const double row[] = { workers, speed, speed, speed, NAN };
        figure_pair_row(data, row, line[i]->summary->selected, x, y);
    }
}

/* The share of each worker takes as long as that part of the batch took the one process. */
static void add_link(figure_data *data, const figure_arm **line, size_t n, const fl_virtual_link *link, figure_scale *x,
                     figure_scale *y)
{
    figure_measured one = figure_measured_of(line[0]);
    figure_pair_begin(data, line[0], 2);
    for (size_t i = 0; i < n; i++) {
        double workers = figure_workers_of(line[i]), batch = figure_batch_of(line[i]);
        fl_virtual_step step = { .compute = batch / one.examples_per_second / workers,
                                 .bytes = one.bytes,
                                 .messages = messages };
        double seconds = fl_virtual_step_whole(&step, link, (size_t)workers);
        const double row[] = { workers, NAN, NAN, NAN, is_synchronous(line[i]) ? batch / seconds : NAN };
        figure_pair_row(data, row, NULL, x, y);
    }
}

static bool has_links(const figure_arm **line, size_t n)
{
    figure_measured one = figure_measured_of(line[0]);
    bool several = figure_workers_of(line[n - 1]) > 1 && is_synchronous(line[n - 1]);
    return several && is_synchronous(line[0]) && one.processes == 1 && one.examples_per_second > 0;
}

static void add_links(figure_data *data, const figure_arm **line, size_t n, figure_scale *x, figure_scale *y)
{
    if (!has_links(line, n)) return;
    add_measured(data, line, n, x, y);
    for (size_t i = 0; i < sizeof gigabits / sizeof *gigabits; i++)
        add_link(data, line, n,
                 &(fl_virtual_link){ .latency = latency, .bandwidth = gigabits[i] * 1e9 / 8, .copying = INFINITY }, x,
                 y);
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
    if (!begun) add_links(data, line, n, x, y);
}

static bool has_speed(const figure_arm *arm)
{
    return isfinite(figure_virtual_speed_of(arm)) || (is_synchronous(arm) && figure_workers_of(arm) > 1);
}

static const char *refuse(const figure_panel *panel)
{
    bool has_target = panel->summary->results->study->has_target;
    if (!figure_varies(panel, figure_workers_of)) return "all arms have the same number of workers";
    for (size_t i = 0; i < panel->n_arms; i++)
        if (has_target ? figure_fastest(panel->arms[i].summary) != NULL : has_speed(&panel->arms[i])) return NULL;
    return has_target ? "no trial reached the target"
                      : "the study sets no target, and its trials have neither a virtual clock nor synchronous workers";
}

static void add(figure_data *data, const figure_panel *panel)
{
    static const figure_pair_cell cells[] = { { "steps to the target", true, add_steps },
                                              { "examples per second", true, add_speed } };
    figure_pair_add(data, panel, figure_workers_of, "workers", cells);
}

const figure figure_scaling = {
    .entry = { "scaling",
               "Fewest steps to the target and examples per second against the number of workers: virtual seconds, or "
               "of synchronous workers with a process each measured ones. Thin dashed: a model, not measured, by which "
               "the target takes as many examples as with the fewest workers, and n times the workers make n times as "
               "many; of synchronous workers what links of 1, 10 and 100 Gbit/s would allow, with 10 us a message.",
               "Shallue et al. 2018" },
    .columns = "workers, fewest steps to the target, their 5th and 95th percentile over resampled trials, steps by the "
               "model, the fastest trial; then, in blocks of their own, workers, examples per second of the selected "
               "trial, the same, the same, by the model, trial",
    .variables = variables,
    .arrangement = "pair",
    .mixes = FIGURE_MIXES_BATCHES | FIGURE_MIXES_PARALLELS,
    .refuse = refuse,
    .add = add,
};
