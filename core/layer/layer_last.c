/* The last position of a sequence. */
#include "layer/spec.h"

static bool shape(const fl_layer *layer, const fl_tensor_shape *in, size_t n_in, fl_tensor_shape *out, fl_error *error)
{
    *out = (fl_tensor_shape){ in->n, in->h, 1, 1, FL_TENSOR_IMAGE };
    return fl_layer_needs(layer, *in, FL_TENSOR_SEQUENCE, "a sequence", error);
}

const fl_layer_spec fl_layer_spec_last = {
    .entry = { "last", "the last position of a sequence", "" },
    .shape = shape,
};
