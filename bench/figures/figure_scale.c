/* Units and ranges; what a script is told of them. */
#include "figures/figure_scale.h"

#include <math.h>
#include <stdio.h>

figure_unit figure_unit_of(const figure_panel *panel, fl_trial_metric metric)
{
    static const struct {
        const char *split, *kind;
        bool error;
    } metrics[FL_TRIAL_METRICS] = {
        [FL_TRIAL_TRAIN_LOSS] = { "training", "loss", false }, [FL_TRIAL_TRAIN_ERROR] = { "training", "error", true },
        [FL_TRIAL_VAL_LOSS] = { "validation", "loss", false }, [FL_TRIAL_VAL_ERROR] = { "validation", "error", true },
        [FL_TRIAL_TEST_LOSS] = { "test", "loss", false },      [FL_TRIAL_TEST_ERROR] = { "test", "error", true },
    };
    bool rate = metrics[metric].error && fl_summary_rates(panel->arms[0].summary->arm);
    figure_unit unit = { metric, rate ? 100 : 1, metrics[metric].split, metrics[metric].kind, rate ? " %" : "", "" };
    snprintf(unit.axis, sizeof unit.axis, "%s %s%s", unit.split, unit.kind, rate ? " (%)" : "");
    return unit;
}

figure_scale figure_scale_none(void)
{
    return (figure_scale){ 1, 0, false };
}

void figure_scale_add(figure_scale *scale, double value)
{
    if (!isfinite(value)) return;
    bool first = scale->low > scale->high;
    scale->low = first ? value : fmin(scale->low, value);
    scale->high = first ? value : fmax(scale->high, value);
}

void figure_scale_widen(figure_scale *scale, bool log)
{
    scale->log = log;
    if (log) {
        double room = scale->high > scale->low ? pow(scale->high / scale->low, 0.07) : 1.1;
        scale->low /= room;
        scale->high *= room;
        return;
    }
    double room = 0.08 * (scale->high - scale->low);
    if (room == 0) room = scale->low != 0 ? 0.1 * fabs(scale->low) : 1;
    scale->low -= room;
    scale->high += room;
}

void figure_scale_settle(figure_scale *scale)
{
    if (scale->low > scale->high) return;
    bool positive = scale->low >= 0;
    figure_scale_widen(scale, scale->low > 0 && scale->high > FIGURE_LOG_FACTOR * scale->low);
    if (positive) scale->low = fmax(0, scale->low); /* no negative errors */
}

void figure_scale_array(figure_data *data, const char *name, size_t n)
{
    static const char *const parts[] = { "low", "high", "log" };
    char part[80];
    for (size_t i = 0; i < 3; i++) {
        snprintf(part, sizeof part, "%s_%s", name, parts[i]);
        figure_array(data, part, n);
    }
}

void figure_scale_set(figure_data *data, const char *name, size_t at, const figure_scale *scale)
{
    char part[80];
    snprintf(part, sizeof part, "%s_low", name);
    figure_set_at(data, part, at, scale->low);
    snprintf(part, sizeof part, "%s_high", name);
    figure_set_at(data, part, at, scale->high);
    snprintf(part, sizeof part, "%s_log", name);
    figure_set_at(data, part, at, scale->log);
}
