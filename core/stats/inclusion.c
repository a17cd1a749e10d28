/* A point is mapped at the lowest values that the space has to offer: where a limit asks for a large epsilon, the
 * first that is large enough. */
#include "stats/inclusion.h"
#include "stats/axis.h"

#include <math.h>

/* Sampled values have 9 digits, the ends of axes as many as their author wrote. */
static const double ROUNDING = 1e-8;

/* The least, or the most, that the space has of every hyperparameter it settles by itself; defaults where it settles
 * none. */
static void take_end(const fl_study_arm *arm, bool most, fl_trial_values *values)
{
    double min, max;
    *values = arm->base.values;
    for (const fl_search_axis *axis = arm->space->axes; axis < arm->space->axes + arm->space->n_axes; axis++) {
        if (axis->setting.coupling) continue;
        fl_stats_axis_ends(axis, &min, &max);
        fl_trial_setting_apply(&axis->setting, axis->setting.one_minus == most ? min : max, values);
    }
}

static void take_mapped(const fl_study_arm *general, const fl_study_arm *special, const fl_trial_values *of,
                        fl_trial_values *mapped)
{
    take_end(general, false, mapped);
    for (size_t i = 0; i < FL_HYPER_MAX; i++) {
        mapped->of[FL_TRIAL_OF_SCHEDULE][i] = of->of[FL_TRIAL_OF_SCHEDULE][i];
        mapped->of[FL_TRIAL_AROUND][i] = of->of[FL_TRIAL_AROUND][i];
    }
    fl_optimizer_map(general->base.owners.optimizer, special->base.owners.optimizer, of->of[FL_TRIAL_OF_OPTIMIZER],
                     mapped->of[FL_TRIAL_OF_OPTIMIZER]);
}

/* Does the range from `a` to `b` meet that from min to max? */
static bool meets(double a, double b, double min, double max)
{
    return fmax(a, b) >= min - ROUNDING * fabs(min) && fmin(a, b) <= max + ROUNDING * fabs(max);
}

static void add(fl_text *text, size_t n, const char *prefix, const char *name, double value)
{
    fl_text_add(text, "%s%s%s would be %.3g, ", n ? ", " : "", prefix, name, value);
}

/* Axes that do not reach the mapped points from one to another. */
static size_t add_axes(const fl_search_space *space, const fl_trial_values *from, const fl_trial_values *to,
                       fl_text *text)
{
    size_t n = 0;
    for (const fl_search_axis *axis = space->axes; axis < space->axes + space->n_axes; axis++) {
        double min, max, value = fl_stats_axis_value(axis, from);
        fl_stats_axis_ends(axis, &min, &max);
        if (meets(value, fl_stats_axis_value(axis, to), min, max)) continue;
        add(text, n++, "", axis->name, value);
        fl_text_add(text, min == max ? "fixed at %.3g" : "of [%.3g, %.3g]", min, max);
    }
    return n;
}

static size_t add_defaults(const fl_study_arm *arm, fl_trial_owner owner, size_t n_before, const fl_trial_values *from,
                           const fl_trial_values *to, fl_text *text)
{
    size_t n, added = 0;
    const fl_hyper *table = fl_trial_owner_table(&arm->base.owners, owner, &n);
    for (size_t i = 0; i < n; i++) {
        double left = arm->base.values.of[owner][i];
        if (fl_search_space_settles(arm->space, owner, i) || meets(from->of[owner][i], to->of[owner][i], left, left))
            continue;
        add(text, n_before + added++, fl_trial_owner_prefix(owner), table[i].name, from->of[owner][i]);
        fl_text_add(text, "left at %.3g", left);
    }
    return added;
}

static size_t add_outside(const fl_study_arm *general, const fl_trial_values *from, const fl_trial_values *to,
                          fl_text *text)
{
    size_t n = add_axes(general->space, from, to, text);
    n += add_defaults(general, FL_TRIAL_OF_OPTIMIZER, n, from, to, text);
    n += add_defaults(general, FL_TRIAL_AROUND, n, from, to, text);
    return n + add_defaults(general, FL_TRIAL_OF_SCHEDULE, n, from, to, text);
}

size_t fl_stats_mapped_outside(const fl_study_arm *general, const fl_study_arm *special,
                               const fl_trial_values *selected, fl_text *text)
{
    fl_trial_values mapped;
    take_mapped(general, special, selected, &mapped);
    return add_outside(general, &mapped, &mapped, text);
}

size_t fl_stats_mapped_never(const fl_study_arm *general, const fl_study_arm *special, fl_text *text)
{
    fl_trial_values end, least, most;
    take_end(special, false, &end);
    take_mapped(general, special, &end, &least);
    take_end(special, true, &end);
    take_mapped(general, special, &end, &most);
    return add_outside(general, &least, &most, text);
}
