/* Sigmoid, tanh and GELU of floats and their gradients, in loops that are vectorised; and the ReLU inside other ops, on
 * values that are still in the cache. */
#ifndef FL_BACKEND_EACH_H
#define FL_BACKEND_EACH_H

#include "layer/layer.h"

typedef struct fl_backend_each {
    void (*value)(const float *x, float *y, size_t n);
    /* d_in = d f'(x), from y where the slope depends on it alone, else from x; d_in may be d. */
    void (*back)(const float *of, const float *d, float *d_in, size_t n);
    bool by_output;  /* back takes y */
    bool keeps_zero; /* f(0) = 0, so padding stays what it is */
} fl_backend_each;

/* Of FL_LAYER_SIGMOID, FL_LAYER_TANH, FL_LAYER_GELU. */
const fl_backend_each *fl_backend_each_of(fl_layer_kind kind);

/* values = max(values, 0), in place; a NaN passes. */
void fl_backend_each_relu(float *values, size_t n);

/* The gradient behind a ReLU whose output is `out`: d_out becomes 0 where out is not positive. */
void fl_backend_each_relu_back(const float *out, float *d_out, size_t n);

#endif
