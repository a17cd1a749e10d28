/* A layer as a model states it: what is computed, nothing of how. */
#ifndef FL_LAYER_LAYER_H
#define FL_LAYER_LAYER_H

#include "tensor/shape.h"
#include "tensor/tensor.h"

typedef enum fl_layer_kind {
    FL_LAYER_DENSE,                 /* y = x W^T + b; W is out x in */
    FL_LAYER_CONVOLUTION,           /* cross-correlation with zero padding, stride 1; W is O,I,H,W */
    FL_LAYER_MAX_POOL,              /* window = stride; a tie goes to the first in row order */
    FL_LAYER_RELU,                  /* max(x, 0); the derivative at 0 is 0 */
    FL_LAYER_SOFTMAX_CROSS_ENTROPY, /* the loss of a classifier, in nats */
    FL_LAYER_QUADRATIC, /* a loss with parameters of its own: 1/2 sum_i c_i (theta_i - x_i)^2, x the example */
    FL_LAYER_KINDS
} fl_layer_kind;

typedef struct fl_layer {
    fl_layer_kind kind;
    const char *name; /* "conv1"; names its tensors "conv1.weight", "conv1.bias"; NULL for layers without any */
    size_t n_out;     /* dense: outputs; convolution: channels out; quadratic: dimension */
    size_t kernel;    /* convolution, pool: height and width of the window */
    size_t pad;       /* convolution: zeros on each side */
    double condition; /* quadratic: largest curvature over smallest; c_i log-spaced from 10/condition to 10
                       * (10 where there is only one) */
} fl_layer;

enum { FL_LAYER_TENSORS = 2 };

/* The word for a kind: "convolution". */
const char *fl_layer_word(fl_layer_kind kind);

/* The shape a layer makes of its input; losses return {n, 0, 0, 0}. Dies when the layer does not fit its input. */
fl_tensor_shape fl_layer_out(const fl_layer *layer, fl_tensor_shape in);

/* The tensors of a layer on this input, in canonical layout with offset 0: weight and bias; theta for a quadratic.
 * Returns how many, 0 to FL_LAYER_TENSORS. */
size_t fl_layer_tensors(const fl_layer *layer, fl_tensor_shape in, fl_tensor tensors[FL_LAYER_TENSORS]);

/* Curvature c_i of a quadratic layer, i in 0..n_out-1. */
double fl_layer_curvature(const fl_layer *layer, size_t i);

#endif
