/* The makers of the naive backend's ops, one per kind of layer. */
#ifndef FL_BACKEND_NAIVE_NAIVE_H
#define FL_BACKEND_NAIVE_NAIVE_H

#include "backend/plain.h"

fl_backend_op_maker fl_naive_dense, fl_naive_convolution, fl_naive_max_pool, fl_naive_relu,
    fl_naive_softmax_cross_entropy, fl_naive_quadratic, fl_naive_add, fl_naive_batch_norm, fl_naive_sigmoid, fl_naive_tanh,
    fl_naive_gelu;

#endif
