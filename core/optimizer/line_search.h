/* A line search for the strong Wolfe conditions along a descent direction:
 *
 *   f(t) <= f(0) + c1 t f'(0)   and   |f'(t)| <= c2 |f'(0)|      c1 = 1e-4, c2 = 0.9
 *
 * A bracket grows until it must hold such a point, then shrinks by cubic interpolation (Nocedal and Wright 2006,
 * Algorithms 3.5 and 3.6).
 */
#ifndef FL_OPTIMIZER_LINE_SEARCH_H
#define FL_OPTIMIZER_LINE_SEARCH_H

#include "optimizer/rule.h"

/* A point of the line. */
typedef struct fl_optimizer_line_point {
    double t, f, slope;
} fl_optimizer_line_point;

typedef struct fl_optimizer_line {
    fl_optimizer_line_point start; /* t = 0, its slope below 0 */
    double reach;                  /* how far the largest parameter moves at t = 1 */
    unsigned most;                 /* evaluations */
    /* Fill f and slope at t. */
    void (*look)(void *user, fl_optimizer_line_point *point);
    void *user;
} fl_optimizer_line;

/* Search from end->t on. True when `end`, the last point looked at, satisfies both conditions; else the best point
 * seen is for `look` to remember. */
bool fl_optimizer_line_search(const fl_optimizer_line *line, fl_optimizer_line_point *end);

#endif
