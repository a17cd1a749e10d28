/* The shape of what lies between two layers, in the order of its canonical layout. */
#ifndef FL_TENSOR_SHAPE_H
#define FL_TENSOR_SHAPE_H

#include <stddef.h>

typedef enum fl_tensor_form {
    FL_TENSOR_IMAGE,    /* N,C,H,W; a vector of n values is {batch, n, 1, 1} */
    FL_TENSOR_SEQUENCE, /* N,T,D: c positions of h values, w is 1 */
    FL_TENSOR_TOKENS    /* N,T: c whole numbers (int32), h and w are 1 */
} fl_tensor_form;

typedef struct fl_tensor_shape {
    size_t n, c, h, w;
    fl_tensor_form form;
} fl_tensor_shape;

/* Numbers in a tensor of this shape; 0 for what a loss returns. */
size_t fl_tensor_shape_size(fl_tensor_shape shape);

/* What a dense layer, a normalisation over the last dimension and a loss see: a row per example, of a sequence per
 * position, and the values in a row. */
size_t fl_tensor_shape_rows(fl_tensor_shape shape);
size_t fl_tensor_shape_columns(fl_tensor_shape shape);

enum { FL_TENSOR_SHAPE_TEXT = 64 };
/* In words: "16 x 32 x 32", "64 x 128 sequence", "50 tokens", "784"; without the batch. */
void fl_tensor_shape_text(fl_tensor_shape shape, char text[FL_TENSOR_SHAPE_TEXT]);

#endif
