/* The kinds with tangents of their own, an object each. */
#ifndef FL_BACKEND_TANGENT_KINDS_H
#define FL_BACKEND_TANGENT_KINDS_H

#include "backend/tangent.h"

extern const fl_backend_tangent_code fl_backend_tangent_relu, fl_backend_tangent_sigmoid, fl_backend_tangent_tanh,
    fl_backend_tangent_gelu, fl_backend_tangent_max_pool, fl_backend_tangent_batch_norm, fl_backend_tangent_layer_norm,
    fl_backend_tangent_lstm, fl_backend_tangent_attention, fl_backend_tangent_softmax_cross_entropy,
    fl_backend_tangent_sigmoid_cross_entropy, fl_backend_tangent_mean_squared, fl_backend_tangent_quadratic,
    fl_backend_tangent_function;

#endif
