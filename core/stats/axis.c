/* Choi et al. 2019 accept a search space when its optima lie away from its borders; a twentieth of the axis is the
 * border here: uniform draws fall into one of the two in a tenth of all studies even where the axis does not matter. */
#include "stats/axis.h"
#include "base/exact.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double BORDER = 0.05;

/* A widened end reaches at most a decade further, or half the axis's length where it is linear. */
static const double DECADE = 10, HALF = 0.5;
enum { HALVINGS = 10 }; /* of that reach, until the hyperparameter's range allows it */

double fl_stats_axis_value(const fl_search_axis *axis, const fl_trial_values *values)
{
    const fl_trial_setting *setting = &axis->setting;
    fl_trial_values one = *values;
    double resolved = values->of[setting->owner][setting->index];
    if (!setting->coupling && !setting->one_minus) return resolved;
    if (!setting->coupling) return fl_exact_round_9_digits(1.0 - resolved);
    fl_trial_setting_apply(setting, 1.0, &one); /* a coupled value scales with its partner: how much is a unit of it? */
    return fl_exact_round_9_digits(resolved / one.of[setting->owner][setting->index]);
}

void fl_stats_axis_ends(const fl_search_axis *axis, double *min, double *max)
{
    *min = axis->n_points ? axis->points[0] : axis->min;
    *max = axis->n_points ? axis->points[0] : axis->max;
    for (size_t i = 1; i < axis->n_points; i++) {
        *min = fmin(*min, axis->points[i]);
        *max = fmax(*max, axis->points[i]);
    }
}

bool fl_stats_axis_log(const fl_search_axis *axis)
{
    double min, max;
    const fl_trial_setting *setting = &axis->setting;
    if (!axis->n_points) return axis->log;
    fl_stats_axis_ends(axis, &min, &max);
    return min > 0 && (setting->coupling || setting->one_minus || setting->hyper->scale == FL_HYPER_LOG);
}

double fl_stats_axis_share(const fl_search_axis *axis, double value)
{
    double min, max;
    fl_stats_axis_ends(axis, &min, &max);
    if (min == max) return NAN;
    if (!fl_stats_axis_log(axis)) return (value - min) / (max - min);
    return (fl_exact_log(value) - fl_exact_log(min)) / (fl_exact_log(max) - fl_exact_log(min));
}

/* Two digits are enough for a bound that somebody types. */
static double round_bound(const fl_search_axis *axis, double bound)
{
    char text[32];
    if (axis->setting.hyper->scale == FL_HYPER_INTEGER && !axis->setting.coupling) return floor(bound + 0.5);
    snprintf(text, sizeof text, "%.2g", bound);
    return strtod(text, NULL);
}

/* Find the widest end beyond `bound` that is allowed. */
static bool widen(const fl_search_axis *axis, bool upper, double bound, double *wider)
{
    double min, max, reach = 1;
    fl_stats_axis_ends(axis, &min, &max);
    for (int i = 0; i < HALVINGS; i++, reach /= 2) {
        double way = upper ? reach : -reach;
        double far = fl_stats_axis_log(axis) ? bound * fl_exact_pow(DECADE, way) : bound + way * HALF * (max - min);
        *wider = round_bound(axis, far);
        bool beyond = upper ? *wider > bound : *wider < bound;
        if (beyond && fl_trial_setting_accepts(&axis->setting, *wider, NULL)) return true;
    }
    return false;
}

bool fl_stats_axis_edge(const fl_search_axis *axis, const fl_trial_values *values, fl_stats_edge *edge)
{
    double min, max;
    if (axis->setting.hyper->scale == FL_HYPER_CHOICE && !axis->setting.coupling) return false;
    if (axis->n_points == 1 || axis->n_points == 2) return false;
    fl_stats_axis_ends(axis, &min, &max);
    edge->value = fl_stats_axis_value(axis, values);
    double share = fl_stats_axis_share(axis, edge->value);
    edge->upper = share >= 1 - BORDER;
    edge->bound = edge->upper ? max : min;
    bool near = edge->upper || share <= BORDER;
    return near && widen(axis, edge->upper, edge->bound, &edge->wider);
}
