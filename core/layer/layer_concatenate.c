/* The channels of several images, or the values of several vectors, behind each other. */
#include "layer/spec.h"

static bool shape(const fl_layer *layer, const fl_tensor_shape *in, size_t n_in, fl_tensor_shape *out, fl_error *error)
{
    char texts[2][FL_TENSOR_SHAPE_TEXT];
    *out = in[0];
    if (n_in < 2) return fl_error_user(error, "a concatenation needs two layers or more in 'from'");
    for (size_t i = 0; i < n_in; i++) {
        if (!fl_layer_needs(layer, in[i], FL_TENSOR_IMAGE, "images or vectors", error)) return false;
        if (i) out->c += in[i].c;
        if (in[i].h == in[0].h && in[i].w == in[0].w) continue;
        fl_tensor_shape_text(in[0], texts[0]);
        fl_tensor_shape_text(in[i], texts[1]);
        return fl_error_user(error, "a concatenation of unequal planes: %s and %s", texts[0], texts[1]);
    }
    return true;
}

const fl_layer_spec fl_layer_spec_concatenate = {
    .entry = { "concatenate", "the channels of several layers", "" },
    .most_inputs = FL_LAYER_FROM,
    .shape = shape,
};
