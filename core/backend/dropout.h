/* The masks of dropout, the same whatever backend, worker or micro-batch draws them.
 *
 * Element i of row r of a step's whole batch has draw number r * columns + i of the stream (seed, "dropout", step and
 * layer), so a mask can be drawn from any element on, again and again.
 */
#ifndef FL_BACKEND_DROPOUT_H
#define FL_BACKEND_DROPOUT_H

#include "backend/backend.h"

/* Elements first..first+n-1 of the mask of layer `index` for the batch at `moment`, in canonical order; each row has
 * `columns`. 0 with probability `rate`, else 1 / (1 - rate). */
void fl_backend_dropout_mask(double rate, size_t index, const fl_backend_moment *moment, size_t columns, size_t first,
                             size_t n, float *mask);

#endif
