/* Axes: units of metrics, ranges, and when a log scale is due. */
#ifndef BENCH_FIGURE_SCALE_H
#define BENCH_FIGURE_SCALE_H

#include "figure_data.h"

/* Errors are shown in percent, losses as they are. */
double figure_shown(fl_metric metric, double value);
const char *figure_axis_name(fl_metric metric); /* "validation error (%)" */

/* The range of what an axis shows. */
typedef struct figure_scale {
    double low, high; /* low > high: nothing to show */
    bool log;
} figure_scale;

figure_scale figure_scale_none(void);

/* Widen to a value; those that are not finite are ignored. */
void figure_scale_add(figure_scale *scale, double value);

/* Room at both ends, so that no mark lies on the frame, on a linear or a log axis. */
void figure_scale_widen(figure_scale *scale, bool log);

/* The same, with a log scale where the values span more than a factor of FIGURE_LOG_FACTOR. */
#define FIGURE_LOG_FACTOR 6.0
void figure_scale_settle(figure_scale *scale);

/* Element `at` of the arrays NAME_low, NAME_high, NAME_log. */
void figure_scale_array(figure_data *data, const char *name, size_t n);
void figure_scale_set(figure_data *data, const char *name, size_t at, const figure_scale *scale);

#endif
