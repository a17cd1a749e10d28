/* Choi et al. 2019, figure 2: the fewest steps to the study's target. Under each arm stands how many of its trials
 * reached it; an upper end that some resamples never reach is drawn as an arrow. */
#include "base/memory.h"
#include "figures/figure.h"
#include "figures/figure_scale.h"

#include <math.h>
#include <stdio.h>

enum { N_COLUMNS = 6 };
static const char columns[] =
    "arm, fewest steps to the target, their 5th and 95th percentile over resampled trials, how "
    "many trials reached it, of how many, the fastest trial";

static const fl_results_score *fastest(const fl_summary_arm *arm)
{
    const fl_results_score *best = NULL;
    for (const fl_results_score *s = arm->scores; s < arm->scores + arm->n_scores; s++)
        if (isfinite(s->steps_to_target) && (!best || s->steps_to_target < best->steps_to_target)) best = s;
    return best;
}

static void add_arm(figure_data *data, const figure_arm *arm, figure_scale *scale)
{
    const fl_summary_arm *summary = arm->summary;
    const fl_results_score *best = fastest(summary);
    double n = (double)summary->n_counted;
    double row[N_COLUMNS] = { (double)arm->slot + 1, HUGE_VAL, HUGE_VAL, HUGE_VAL, round(summary->reached * n), n };
    if (best) {
        row[1] = summary->steps.center;
        row[2] = summary->steps.low;
        row[3] = summary->steps.high;
    }
    for (size_t i = 1; i <= 3; i++) figure_scale_add(scale, row[i]);
    figure_add_row(data, row, N_COLUMNS, best ? best->record->trial : NULL);
}

static bool shows_anything(const figure_panel *panel)
{
    if (!panel->summary->results->study->has_target) return false;
    for (size_t i = 0; i < panel->n_arms; i++)
        if (fastest(panel->arms[i].summary)) return true;
    return false;
}

static void set_axis(figure_data *data, const figure_panel *panel)
{
    char text[160];
    const fl_study *study = panel->summary->results->study;
    figure_unit unit = figure_unit_of(panel, study->target);
    snprintf(text, sizeof text, "steps to %s %s < %.6g%s", unit.split, unit.kind, unit.factor * study->target_value,
             unit.percent);
    figure_set_text_at(data, "target", data->n_panels, text);
}

static void add_panel(figure_data *data, const figure_panel *panel)
{
    figure_scale scale = figure_scale_none();
    figure_begin_panel(data, panel);
    figure_begin_block(data, 0, NULL);
    for (size_t i = 0; i < panel->n_arms; i++) add_arm(data, &panel->arms[i], &scale);
    figure_scale_settle(&scale);
    figure_scale_set(data, "steps", data->n_panels, &scale);
    figure_set_at(data, "eval_every", data->n_panels, (double)panel->summary->results->study->eval_every);
    set_axis(data, panel);
}

static bool any_target(const figure_sheet *sheet)
{
    for (size_t i = 0; i < sheet->n_panels; i++)
        if (sheet->panels[i].summary->results->study->has_target) return true;
    return false;
}

static bool write(const figure_sheet *sheet, figure_data *data)
{
    figure_begin(data, sheet, "steps_to_target", columns);
    figure_set_band(data, sheet);
    figure_scale_array(data, "steps", sheet->n_panels);
    figure_array(data, "target", sheet->n_panels);
    figure_array(data, "eval_every", sheet->n_panels);
    for (size_t i = 0; i < sheet->n_panels; i++)
        if (shows_anything(&sheet->panels[i])) add_panel(data, &sheet->panels[i]);
    return figure_end(data, any_target(sheet) ? "no trial reached the target" : "the study sets no target");
}

const figure figure_steps_to_target = {
    .entry = { "steps_to_target", "Fewest steps to the target among an arm's trials, with how many of them reached it.",
               "Choi et al. 2019, figure 2; Shallue et al. 2018" },
    .write = write,
};
