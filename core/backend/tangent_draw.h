/* The numbers that targets are drawn by: counted by seed, step and place in the step's whole batch, so that no draw
 * depends on how a batch is divided or how often one asks. */
#ifndef FL_BACKEND_TANGENT_DRAW_H
#define FL_BACKEND_TANGENT_DRAW_H

#include "backend/backend.h"

/* Draws first..first+n-1 of the step, on [0, 1); and standard normal ones, which take draws of their own beside. */
void fl_backend_tangent_uniforms(const fl_backend_moment *moment, uint64_t first, size_t n, double *to);
void fl_backend_tangent_normals(const fl_backend_moment *moment, uint64_t first, size_t n, double *to);

enum { FL_BACKEND_TANGENT_DRAWS = 256 }; /* a good number to ask for at once */

#endif
