/* The image is taken at the lowest values that the space has to offer: where a limit asks for a large epsilon, the
 * first that is large enough. */
#include "stats/inclusion.h"
#include "stats/axis.h"

#include <math.h>

/* Sampled values have 9 digits, the ends of axes as many as their author wrote. */
static const double ROUNDING = 1e-8;

/* The least that the space has of every hyperparameter it settles by itself; defaults where it settles none. */
static void take_lowest(const fl_study_arm *arm, fl_trial_values *values)
{
    double min, max;
    *values = arm->base.values;
    for (const fl_search_axis *axis = arm->space->axes; axis < arm->space->axes + arm->space->n_axes; axis++) {
        if (axis->setting.coupling) continue;
        fl_stats_axis_ends(axis, &min, &max);
        fl_trial_setting_apply(&axis->setting, axis->setting.one_minus ? max : min, values);
    }
}

static bool between(double value, double min, double max)
{
    return value >= min - ROUNDING * fabs(min) && value <= max + ROUNDING * fabs(max);
}

static void add(fl_text *text, size_t n, const char *prefix, const char *name, double value)
{
    fl_text_add(text, "%s%s%s would be %.3g, ", n ? ", " : "", prefix, name, value);
}

static size_t add_axes(const fl_search_space *space, const fl_trial_values *image, fl_text *text)
{
    size_t n = 0;
    for (const fl_search_axis *axis = space->axes; axis < space->axes + space->n_axes; axis++) {
        double min, max, value = fl_stats_axis_value(axis, image);
        fl_stats_axis_ends(axis, &min, &max);
        if (between(value, min, max)) continue;
        add(text, n++, "", axis->name, value);
        fl_text_add(text, min == max ? "fixed at %.3g" : "of [%.3g, %.3g]", min, max);
    }
    return n;
}

static size_t add_defaults(const fl_study_arm *arm, fl_trial_owner owner, size_t n_before, const fl_trial_values *image,
                           fl_text *text)
{
    size_t n, added = 0;
    const fl_hyper *table = fl_trial_owner_table(&arm->base.owners, owner, &n);
    for (size_t i = 0; i < n; i++) {
        double value = image->of[owner][i], left = arm->base.values.of[owner][i];
        if (fl_search_space_settles(arm->space, owner, i) || between(value, left, left)) continue;
        add(text, n_before + added++, fl_trial_owner_prefix(owner), table[i].name, value);
        fl_text_add(text, "left at %.3g", left);
    }
    return added;
}

size_t fl_stats_image_outside(const fl_study_arm *general, const fl_study_arm *special, const fl_trial_values *selected,
                              fl_text *text)
{
    fl_trial_values image;
    take_lowest(general, &image);
    for (size_t i = 0; i < FL_HYPER_MAX; i++) image.of[FL_TRIAL_OF_SCHEDULE][i] = selected->of[FL_TRIAL_OF_SCHEDULE][i];
    fl_optimizer_image(general->base.owners.optimizer, special->base.owners.optimizer,
                       selected->of[FL_TRIAL_OF_OPTIMIZER], image.of[FL_TRIAL_OF_OPTIMIZER]);
    size_t n = add_axes(general->space, &image, text);
    n += add_defaults(general, FL_TRIAL_OF_OPTIMIZER, n, &image, text);
    return n + add_defaults(general, FL_TRIAL_OF_SCHEDULE, n, &image, text);
}
