/* The points of a result folder, grouped by trial. */
#ifndef FL_RECORD_POINTS_H
#define FL_RECORD_POINTS_H

#include "plan/point.h"

typedef struct fl_points fl_points;

fl_points *fl_points_new(void);
void fl_points_free(fl_points *points);

/* Take a line's object; false when it is no point. */
bool fl_points_add(fl_points *points, const json_t *object);

/* Group what was added; of several points for one (trial, step) the last stays. Before the first fl_points_of. */
void fl_points_settle(fl_points *points);

/* A trial's points by step; *n is 0 when there are none. Borrowed. */
const fl_point *fl_points_of(const fl_points *points, const char *trial, size_t *n);

#endif
