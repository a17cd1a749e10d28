/* The numbers that targets are drawn by: counted by seed, step and place in the step's whole batch, so that no draw
 * depends on how a batch is divided or how often one asks. */
#ifndef FL_BACKEND_TANGENT_DRAW_H
#define FL_BACKEND_TANGENT_DRAW_H

#include "backend/backend.h"

/* Draw `number` of the step, on [0, 1); and a standard normal one, which takes draws of its own. */
double fl_backend_tangent_uniform(const fl_backend_moment *moment, uint64_t number);
double fl_backend_tangent_normal(const fl_backend_moment *moment, uint64_t number);

#endif
