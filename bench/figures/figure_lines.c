/* What the figures with a line per arm share. */
#include "figures/figure_lines.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

void figure_set_lines(figure_data *data, const figure_scale *x, const char *x_axis, const figure_scale *y,
                      const char *y_axis)
{
    figure_set_scale(data, "x", x);
    figure_set_text(data, "x_axis", x_axis);
    figure_set_scale(data, "y", y);
    figure_set_text(data, "y_axis", y_axis);
    figure_set_ends(data, 0, 1, y);
}

/* The arms in the slot of the panel's arm `first` into `line`. Returns how many; 0 where an arm before it has that
 * slot, so that a walk over all arms meets every line once. */
static size_t line_of(const figure_panel *panel, size_t first, double (*x)(const figure_arm *arm),
                      const figure_arm **line)
{
    size_t n = 0, slot = panel->arms[first].slot;
    for (size_t i = 0; i < first; i++)
        if (panel->arms[i].slot == slot) return 0;
    for (const figure_arm *arm = panel->arms + first; arm < panel->arms + panel->n_arms; arm++) {
        if (arm->slot != slot) continue;
        size_t at = n++;
        for (; at > 0 && x(line[at - 1]) > x(arm); at--) line[at] = line[at - 1];
        line[at] = arm;
    }
    return n;
}

void figure_add_lines(figure_data *data, const figure_panel *panel, double (*of)(const figure_arm *arm),
                      figure_add_line *add, figure_scale *x, figure_scale *y)
{
    const figure_arm **line = fl_memory_new(panel->n_arms, sizeof *line);
    *x = *y = figure_scale_none();
    for (size_t i = 0; i < panel->n_arms; i++) {
        size_t n = line_of(panel, i, of, line);
        if (n) add(data, line, n, x, y);
    }
    free(line);
}

bool figure_varies(const figure_panel *panel, double (*x)(const figure_arm *arm))
{
    for (size_t i = 1; i < panel->n_arms; i++)
        if (x(&panel->arms[i]) != x(&panel->arms[0])) return true;
    return false;
}

double figure_batch_of(const figure_arm *arm)
{
    return (double)arm->summary->arm->base.batch_size;
}

double figure_steps_of(const figure_arm *arm)
{
    return (double)arm->summary->arm->base.steps;
}

const fl_results_score *figure_fastest(const fl_summary_arm *arm)
{
    const fl_results_score *best = NULL;
    for (const fl_results_score *s = arm->scores; s < arm->scores + arm->n_scores; s++)
        if (isfinite(s->figures.steps_to_target) &&
            (!best || s->figures.steps_to_target < best->figures.steps_to_target))
            best = s;
    return best;
}
