/* Axes: units of metrics, ranges, and when a log scale is due. */
#ifndef BENCH_FIGURES_FIGURE_SCALE_H
#define BENCH_FIGURES_FIGURE_SCALE_H

#include "figures/figure_layout.h"

/* How a metric is shown: rates of wrong answers in percent, all else as it is. */
typedef struct figure_unit {
    fl_trial_metric metric;
    double factor;
    const char *split, *kind; /* "validation", "error" */
    const char *percent;      /* " %", or "" */
    char axis[40];            /* "validation error (%)" */
} figure_unit;

figure_unit figure_unit_of(const figure_panel *panel, fl_trial_metric metric);
figure_unit figure_unit_of_score(const figure_panel *panel); /* what the study selects by */

/* What an axis counts in. */
typedef enum figure_spacing { FIGURE_LINEAR, FIGURE_LOG, FIGURE_LOG2 } figure_spacing;

/* The range of what an axis shows. */
typedef struct figure_scale {
    double low, high; /* low > high: nothing to show */
    figure_spacing spacing;
} figure_scale;

figure_scale figure_scale_none(void);
bool figure_scale_is_none(const figure_scale *scale);

/* Widen to a value; those that are not finite are ignored. */
void figure_scale_add(figure_scale *scale, double value);

/* Room at both ends, so that no mark lies on the frame, on a linear or a log axis. */
void figure_scale_widen(figure_scale *scale, figure_spacing spacing);

/* The same, with a log scale where the values span more than a factor of FIGURE_LOG_FACTOR. */
#define FIGURE_LOG_FACTOR 4.0
void figure_scale_choose(figure_scale *scale);

#endif
