/* Sigmoid, tanh and GELU of floats, and their gradients, in loops that are vectorised. */
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

#endif
