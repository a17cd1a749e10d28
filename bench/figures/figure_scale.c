/* Units and ranges. */
#include "figures/figure_scale.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

figure_unit figure_unit_of(const figure_panel *panel, fl_trial_metric metric)
{
    static const struct {
        const char *split;
        bool error;
    } metrics[FL_TRIAL_METRICS] = {
        [FL_TRIAL_TRAIN_LOSS] = { "training", false }, [FL_TRIAL_TRAIN_ERROR] = { "training", true },
        [FL_TRIAL_VAL_LOSS] = { "validation", false }, [FL_TRIAL_VAL_ERROR] = { "validation", true },
        [FL_TRIAL_TEST_LOSS] = { "test", false },      [FL_TRIAL_TEST_ERROR] = { "test", true },
    };
    const fl_study_arm *arm = panel->arms[0].summary->arm;
    bool rate = metrics[metric].error && fl_summary_rates(arm);
    const char *kind = metrics[metric].error ? fl_summary_error_word(arm) : "loss";
    figure_unit unit = { metric, rate ? 100 : 1, metrics[metric].split, kind, rate ? " %" : "", "" };
    snprintf(unit.axis, sizeof unit.axis, "%s %s%s", unit.split, unit.kind, rate ? " (%)" : "");
    return unit;
}

figure_unit figure_unit_of_score(const figure_panel *panel)
{
    return figure_unit_of(panel, panel->summary->results->study->select);
}

figure_scale figure_scale_none(void)
{
    return (figure_scale){ 1, 0, FIGURE_LINEAR };
}

bool figure_scale_is_none(const figure_scale *scale)
{
    return scale->low > scale->high;
}

void figure_scale_add(figure_scale *scale, double value)
{
    if (!isfinite(value)) return;
    bool first = figure_scale_is_none(scale);
    scale->low = first ? value : fmin(scale->low, value);
    scale->high = first ? value : fmax(scale->high, value);
}

void figure_scale_widen(figure_scale *scale, figure_spacing spacing)
{
    scale->spacing = spacing;
    if (spacing != FIGURE_LINEAR) {
        double decades = log10(scale->high) - log10(scale->low), room = decades > 0 ? pow(10, 0.07 * decades) : 1.1;
        scale->low = fmax(scale->low / room, DBL_MIN);
        scale->high = fmin(scale->high * room, DBL_MAX / 10);
        return;
    }
    double room = 0.08 * (scale->high - scale->low);
    if (room == 0) room = scale->low != 0 ? 0.1 * fabs(scale->low) : 1;
    scale->low -= room;
    scale->high += room;
}

void figure_scale_choose(figure_scale *scale)
{
    if (figure_scale_is_none(scale)) return;
    bool positive = scale->low >= 0, wide = scale->low > 0 && scale->high > FIGURE_LOG_FACTOR * scale->low;
    figure_scale_widen(scale, wide ? FIGURE_LOG : FIGURE_LINEAR);
    if (positive) scale->low = fmax(0, scale->low); /* no negative errors */
}
