#include "tensor/shape.h"

#include <stdio.h>

size_t fl_tensor_shape_size(fl_tensor_shape shape)
{
    return shape.n * shape.c * shape.h * shape.w;
}

size_t fl_tensor_shape_rows(fl_tensor_shape shape)
{
    return shape.form == FL_TENSOR_SEQUENCE ? shape.n * shape.c : shape.n;
}

size_t fl_tensor_shape_columns(fl_tensor_shape shape)
{
    return shape.form == FL_TENSOR_SEQUENCE ? shape.h : shape.c * shape.h * shape.w;
}

void fl_tensor_shape_text(fl_tensor_shape shape, char text[FL_TENSOR_SHAPE_TEXT])
{
    if (shape.form == FL_TENSOR_TOKENS)
        snprintf(text, FL_TENSOR_SHAPE_TEXT, "%zu tokens", shape.c);
    else if (shape.form == FL_TENSOR_SEQUENCE)
        snprintf(text, FL_TENSOR_SHAPE_TEXT, "%zu x %zu sequence", shape.c, shape.h);
    else if (shape.h * shape.w == 1)
        snprintf(text, FL_TENSOR_SHAPE_TEXT, "%zu", shape.c);
    else
        snprintf(text, FL_TENSOR_SHAPE_TEXT, "%zu x %zu x %zu", shape.c, shape.h, shape.w);
}
