/* The makers of the naive backend's ops, one per kind of layer, and the arithmetic that several of them share. */
#ifndef FL_BACKEND_NAIVE_NAIVE_H
#define FL_BACKEND_NAIVE_NAIVE_H

#include "backend/plain.h"

fl_backend_op_maker fl_naive_dense, fl_naive_convolution, fl_naive_max_pool, fl_naive_average_pool, fl_naive_relu,
    fl_naive_sigmoid, fl_naive_tanh, fl_naive_gelu, fl_naive_batch_norm, fl_naive_layer_norm, fl_naive_dropout,
    fl_naive_add, fl_naive_concatenate, fl_naive_flatten, fl_naive_sequence, fl_naive_last, fl_naive_subsample,
    fl_naive_embedding, fl_naive_position, fl_naive_lstm, fl_naive_attention, fl_naive_softmax_cross_entropy,
    fl_naive_sigmoid_cross_entropy, fl_naive_mean_squared, fl_naive_quadratic, fl_naive_function;

/* What fl_naive_convolution plans for a curvature: sums in double. */
fl_backend_op_maker fl_naive_convolution_in_double;

/* --- products --- */

/* The left factor of a product: a_ip is at[i * row + p * column]. */
typedef struct fl_naive_factor {
    const float *at;
    size_t row, column;
} fl_naive_factor;

/* c (m x n) += a b, with the rows of b (k x n) and c so far apart; each sum runs in the order of p. In floats, as
 * training's bits are promised; in double, so that a curvature is as good as floats can hold it. */
typedef void fl_naive_adder(size_t m, size_t n, size_t k, fl_naive_factor a, const float *b, size_t b_row, float *c,
                            size_t c_row);
fl_naive_adder fl_naive_add_product, fl_naive_add_product_in_double;
fl_naive_adder *fl_naive_adder_of(const fl_backend_plain *p); /* the one an op takes */

/* Any product, its sums in double in the order of their terms. */
fl_backend_product fl_naive_product;

void fl_naive_transpose(size_t rows, size_t columns, const float *from, float *to);

/* y = x W^T + b of `rows` rows x, with W n_out x n_in/groups, block-diagonal. */
typedef struct fl_naive_linear {
    size_t rows, n_in, n_out, groups;
    fl_naive_adder *add;
} fl_naive_linear;

/* `transposed` has room for W; bias NULL: none. */
void fl_naive_linear_forward(fl_naive_linear l, const float *x, const float *weights, const float *bias,
                             float *transposed, float *y);

/* All three gradients; NULL: not wanted. */
void fl_naive_linear_backward(fl_naive_linear l, const float *x, const float *weights, const float *d_y,
                              float *d_weights, float *d_bias, float *d_x);

/* --- functions --- */

/* Each of `n` numbers becomes its sigmoid or hyperbolic tangent; exact functions (base/exact.h). */
void fl_naive_sigmoid_each(double *x, size_t n);
void fl_naive_tanh_each(double *x, size_t n);

/* --- windows --- */

/* The pixels of an image that a window sees, `top` <= y < `bottom`, `left` <= x < `right`. */
typedef struct fl_naive_window {
    size_t top, bottom, left, right;
} fl_naive_window;

/* Of the window of output pixel (y, x). */
fl_naive_window fl_naive_window_at(fl_layer_window window, fl_tensor_shape in, size_t y, size_t x);

/* Along a side: how many outputs see the image under number `tap` of a filter's numbers, from output `first` on. */
size_t fl_naive_window_outputs(const fl_layer *layer, size_t n_in, size_t n_out, size_t tap, size_t *first);

#endif
