/* Learned positions: row t of W, length x D, is added to position t. */
#include "layer/spec.h"

static bool shape(const fl_layer *layer, const fl_tensor_shape *in, size_t n_in, fl_tensor_shape *out, fl_error *error)
{
    *out = *in;
    if (!fl_layer_needs(layer, *in, FL_TENSOR_SEQUENCE, "a sequence", error)) return false;
    return in->c <= layer->length ||
           fl_error_user(error, "a sequence of %zu is longer than the %zu positions", in->c, layer->length);
}

static size_t tensors(const fl_layer *layer, fl_tensor_shape in, fl_tensor tensors[FL_LAYER_TENSORS])
{
    tensors[0] = fl_layer_tensor(layer, "weight", FL_TENSOR_ZERO, layer->length, in.h, 0, 0);
    return 1;
}

static const fl_layer_attribute attributes[] = {
    FL_LAYER_COUNT_OF("length", "the longest sequence", length, NAN, 1),
};

const fl_layer_spec fl_layer_spec_position = {
    .entry = { "position", "a row of weights added to each position", "" },
    .attributes = attributes,
    .n_attributes = FL_LAYER_N(attributes),
    .shape = shape,
    .tensors = tensors,
};
