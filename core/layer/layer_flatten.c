/* An image or a sequence as one vector. */
#include "layer/spec.h"

static bool shape(const fl_layer *layer, const fl_tensor_shape *in, size_t n_in, fl_tensor_shape *out, fl_error *error)
{
    if (!fl_layer_same(layer, in, n_in, out, error)) return false;
    *out = (fl_tensor_shape){ in->n, in->c * in->h * in->w, 1, 1, FL_TENSOR_IMAGE };
    return true;
}

const fl_layer_spec fl_layer_spec_flatten = {
    .entry = { "flatten", "an image or a sequence as one vector", "" },
    .shape = shape,
};
