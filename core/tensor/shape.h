/* The shape of what lies between two layers, in the order of its canonical layout. */
#ifndef FL_TENSOR_SHAPE_H
#define FL_TENSOR_SHAPE_H

#include <stddef.h>

/* Batch, channels, height, width. A vector of n values is {batch, n, 1, 1}. */
typedef struct fl_tensor_shape {
    size_t n, c, h, w;
} fl_tensor_shape;

/* Numbers in a tensor of this shape; 0 for what a loss returns. */
size_t fl_tensor_shape_size(fl_tensor_shape shape);

#endif
