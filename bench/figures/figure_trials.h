/* Figures with a point per trial: where a trial stands on an axis, and how it ended. */
#ifndef BENCH_FIGURES_FIGURE_TRIALS_H
#define BENCH_FIGURES_FIGURE_TRIALS_H

#include "figures/figure_scale.h"
#include "stats/axis.h"

typedef enum figure_state { FIGURE_TRIAL_COMPLETE, FIGURE_TRIAL_DIVERGED, FIGURE_TRIAL_BEST } figure_state;

figure_state figure_state_of(const fl_summary_arm *arm, const fl_results_score *score);

/* The range of an axis, its log scale, and whether its values are names (a choice). */
figure_scale figure_axis_range(const fl_search_axis *axis);
bool figure_axis_is_choice(const fl_search_axis *axis);

/* Does the axis take more than one value, in a range, a list or complete points? */
bool figure_axis_varies(const fl_search_axis *axis);

/* The error axis shared by all arms of a panel: their finite scores. */
figure_scale figure_score_scale(const figure_panel *panel, double factor);

#endif
