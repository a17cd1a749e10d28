#include "tensor/shape.h"

size_t fl_tensor_shape_size(fl_tensor_shape shape)
{
    return shape.n * shape.c * shape.h * shape.w;
}
