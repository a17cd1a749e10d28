/* All parameters of a model in one float array, and the tensors that lie in it.
 *
 * The array is in the backend's native layout: tensors start at multiples of 16 floats, may be padded, and padding is
 * zero and stays zero. `count` is the length of the array with padding, not the number of parameters.
 */
#ifndef FL_TENSOR_TENSOR_H
#define FL_TENSOR_TENSOR_H

#include <stddef.h>

enum {
    FL_TENSOR_DIMS = 4,
    FL_TENSOR_NAME = 48,
    FL_TENSOR_ALIGNMENT = 16 /* floats: a cache line, the widest vector register */
};

/* What a tensor is to a rule that treats some apart. */
typedef enum fl_tensor_role {
    FL_TENSOR_MATRIX,
    FL_TENSOR_VECTOR,    /* biases, gains: one number per unit */
    FL_TENSOR_EMBEDDING, /* a row per token or position */
    FL_TENSOR_OUTPUT,    /* the weight of the last layer that has any */
    FL_TENSOR_ROLES
} fl_tensor_role;
const char *fl_tensor_role_name(fl_tensor_role role); /* "matrix", "vector", "embedding", "output" */

/* How a tensor begins. */
typedef enum fl_tensor_start {
    FL_TENSOR_WEIGHT, /* by the rule of the initialisation */
    FL_TENSOR_BIAS,   /* at its bias */
    FL_TENSOR_ONE,
    FL_TENSOR_ZERO,
    FL_TENSOR_START, /* where its layer says */
    FL_TENSOR_CARRY  /* state of one batch's rows: 0 at the start of each epoch and evaluation */
} fl_tensor_start;

typedef struct fl_tensor {
    char name[FL_TENSOR_NAME];    /* "conv1.weight" */
    size_t shape[FL_TENSOR_DIMS]; /* canonical shape: out x in, or O,I,H,W, or one number for a bias */
    size_t n_dims;
    fl_tensor_start start;
    fl_tensor_role role;
    size_t n_matrices;    /* it holds so many below each other, as attention and LSTM do; 0: one */
    size_t n_values;      /* product of the shape */
    size_t offset, count; /* where the tensor lies in the array and how many floats it takes there */
} fl_tensor;

/* Numbers first..first+count-1 of an array; those of them that are the tensor's, none perhaps. */
typedef struct fl_tensor_extent {
    size_t first, count;
} fl_tensor_extent;
fl_tensor_extent fl_tensor_within(const fl_tensor *tensor, fl_tensor_extent extent);

typedef struct fl_tensor_layout {
    size_t count;        /* floats in the array, padding included; a multiple of 16 */
    size_t n_parameters; /* sum of the tensors' n_values */
    size_t n_tensors;
    const fl_tensor *tensors; /* borrowed from the network */
} fl_tensor_layout;

/* Every tensor in canonical order at a multiple of 16 floats, without other padding: where rows and columns are what
 * the shapes say. The array's tensors are written to `placed` (n_tensors). */
fl_tensor_layout fl_tensor_layout_canonical(const fl_tensor_layout *native, fl_tensor *placed);

#endif
