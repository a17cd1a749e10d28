/* Choi et al. 2019 accept a search space when its optima lie away from its borders. One best trial near a border says
 * little: a twentieth at either end holds it in a tenth of all studies even where the axis does not matter. That more
 * than half of the best tenth crowd one outer tenth has a chance of .028 with three of them, and less with more. */
#include "stats/axis.h"
#include "base/exact.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double OUTER = 0.1;
enum { TENTH = 10, LEAST_BEST = 3, MOST_BEST = 100 };

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

size_t fl_stats_axis_best(size_t n)
{
    size_t tenth = (n + TENTH - 1) / TENTH;
    if (n < LEAST_BEST) return 0;
    return tenth < LEAST_BEST ? LEAST_BEST : tenth > MOST_BEST ? MOST_BEST : tenth;
}

static size_t count_there(const fl_search_axis *axis, const fl_trial_values *best, size_t n, bool upper)
{
    size_t there = 0;
    for (size_t i = 0; i < n; i++) {
        double share = fl_stats_axis_share(axis, fl_stats_axis_value(axis, &best[i]));
        there += upper ? share >= 1 - OUTER : share <= OUTER;
    }
    return there;
}

static bool crowded(const fl_search_axis *axis, const fl_stats_edge *edge)
{
    return axis->n_points ? edge->there == edge->looked : 2 * edge->there > edge->looked;
}

bool fl_stats_axis_cut_off(const fl_search_axis *axis, const fl_trial_values *best, size_t n, fl_stats_edge *edge)
{
    double ends[2];
    if (axis->setting.hyper->scale == FL_HYPER_CHOICE && !axis->setting.coupling) return false;
    if (axis->n_points == 1 || axis->n_points == 2) return false;
    fl_stats_axis_ends(axis, &ends[0], &ends[1]);
    size_t looked = fl_stats_axis_best(n), of_one_value = axis->n_points ? n / axis->n_points : n;
    if (looked > of_one_value) looked = of_one_value;
    for (int upper = 0; looked && upper < 2; upper++) {
        size_t there = count_there(axis, best, looked, upper);
        *edge = (fl_stats_edge){ .upper = upper, .bound = ends[upper], .there = there, .looked = looked };
        if (crowded(axis, edge) && widen(axis, upper, edge->bound, &edge->wider)) return true;
    }
    return false;
}
