/* Choi et al. 2019, figure 2: the fewest steps to the study's target. Under each arm stands how many of its trials
 * reached it; an upper end that some resamples never reach is drawn as an arrow. */
#include "figures/figure.h"
#include "figures/figure_lines.h"

#include <math.h>
#include <stdio.h>

enum { N_COLUMNS = 7 };

static const figure_variable variables[] = {
    { "steps", FIGURE_PER_PANEL, FIGURE_VERTICAL },
    { "target", FIGURE_PER_PANEL, FIGURE_TEXT },
    { .name = NULL },
};

static void add_arm(figure_data *data, const figure_arm *arm, double place, figure_scale *scale)
{
    const fl_summary_arm *summary = arm->summary;
    const fl_results_score *best = figure_fastest(summary);
    double n = (double)summary->n_counted;
    double row[N_COLUMNS] = {
        (double)arm->slot + 1, place, HUGE_VAL, HUGE_VAL, HUGE_VAL, round(summary->reached * n), n
    };
    if (best) {
        row[2] = summary->steps.center;
        row[3] = summary->steps.low;
        row[4] = summary->steps.high;
    }
    for (size_t i = 2; i <= 4; i++) figure_scale_add(scale, row[i]);
    figure_add_row(data, row, N_COLUMNS, best ? best->record->trial : NULL);
}

static const char *refuse(const figure_panel *panel)
{
    if (!panel->summary->results->study->has_target) return "the study sets no target";
    for (size_t i = 0; i < panel->n_arms; i++)
        if (figure_fastest(panel->arms[i].summary)) return NULL;
    return "no trial reached the target";
}

static void set_axis(figure_data *data, const figure_panel *panel)
{
    char text[160];
    const fl_study *study = panel->summary->results->study;
    figure_unit unit = figure_unit_of(panel, study->target);
    snprintf(text, sizeof text, "steps to %s %s < %.6g%s", unit.split, unit.kind, unit.factor * study->target_value,
             unit.percent);
    figure_set_text(data, "target", text);
}

static void add(figure_data *data, const figure_panel *panel)
{
    figure_scale scale = figure_scale_none();
    figure_begin_block(data, 0, NULL);
    for (size_t i = 0; i < panel->n_arms; i++) add_arm(data, &panel->arms[i], (double)i + 1, &scale);
    figure_scale_choose(&scale);
    figure_set_scale(data, "steps", &scale);
    set_axis(data, panel);
}

const figure figure_steps_to_target = {
    .entry = { "steps_to_target", "Fewest steps to the target among an arm's trials, with how many of them reached it.",
               "Choi et al. 2019, figure 2; Shallue et al. 2018" },
    .columns = "arm, its place in the panel, fewest steps to the target, their 5th and 95th percentile over resampled "
               "trials, how many trials reached it, of how many, the fastest trial",
    .variables = variables,
    .refuse = refuse,
    .add = add,
};
