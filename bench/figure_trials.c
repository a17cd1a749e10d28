/* A record holds plain hyperparameters only; a coupled or mirrored axis is worked out from them. */
#include "figure_trials.h"

#include <math.h>

figure_state figure_state_of(const fl_arm_summary *arm, const fl_score *score)
{
    if (!isfinite(score->score)) return FIGURE_TRIAL_DIVERGED;
    return score == arm->selected ? FIGURE_TRIAL_BEST : FIGURE_TRIAL_COMPLETE;
}

double figure_coordinate(const fl_axis *axis, const fl_values *values)
{
    const fl_setting *setting = &axis->setting;
    double value = values->of[setting->owner][setting->index];
    if (setting->one_minus) return 1 - value;
    if (!setting->coupling) return value;
    fl_values one = *values;
    fl_setting_apply(setting, 1, &one); /* what a coordinate of 1 would have become */
    return value / one.of[setting->owner][setting->index];
}

bool figure_axis_varies(const fl_axis *axis)
{
    for (size_t i = 1; i < axis->n_points; i++)
        if (axis->points[i] != axis->points[0]) return true;
    return !axis->points && axis->min < axis->max;
}

bool figure_axis_is_choice(const fl_axis *axis)
{
    return axis->setting.hyper->scale == FL_CHOICE && !axis->setting.coupling;
}

/* Marks on the ends of the range must stay whole, and the ends be seen: some room beyond them. */
figure_scale figure_axis_range(const fl_axis *axis)
{
    figure_scale scale = figure_scale_none();
    if (!axis->points) {
        figure_scale_add(&scale, axis->min);
        figure_scale_add(&scale, axis->max);
    }
    for (size_t i = 0; i < axis->n_points; i++) figure_scale_add(&scale, axis->points[i]);
    bool log = axis->points ? scale.low > 0 && scale.high > FIGURE_LOG_FACTOR * scale.low : axis->log;
    figure_scale_widen(&scale, log);
    return scale;
}

figure_scale figure_score_scale(const figure_panel *panel, fl_metric metric)
{
    figure_scale scale = figure_scale_none();
    for (size_t i = 0; i < panel->n_arms; i++) {
        const fl_arm_summary *arm = panel->arms[i].summary;
        for (size_t s = 0; s < arm->n_scores; s++) figure_scale_add(&scale, figure_shown(metric, arm->scores[s].score));
    }
    figure_scale_settle(&scale);
    return scale;
}
