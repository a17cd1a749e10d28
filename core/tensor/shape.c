#include "tensor/shape.h"

size_t fl_shape_size(fl_shape shape)
{
    return shape.n * shape.c * shape.h * shape.w;
}
