/* What the figures with a line per arm share. */
#include "figures/figure_lines.h"

#include <math.h>

void figure_set_lines(figure_data *data, const figure_scale *x, const char *x_axis, const figure_scale *y,
                      const char *y_axis)
{
    figure_set_scale(data, "x", x);
    figure_set_text(data, "x_axis", x_axis);
    figure_set_scale(data, "y", y);
    figure_set_text(data, "y_axis", y_axis);
}

size_t figure_line(const figure_panel *panel, size_t first, double (*x)(const figure_arm *arm), const figure_arm **line)
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
        if (isfinite(s->steps_to_target) && (!best || s->steps_to_target < best->steps_to_target)) best = s;
    return best;
}
