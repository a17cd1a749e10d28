/* The sum of two or more outputs of equal shape. */
#include "layer/spec.h"

static bool equal(fl_tensor_shape a, fl_tensor_shape b)
{
    return a.n == b.n && a.c == b.c && a.h == b.h && a.w == b.w && a.form == b.form;
}

static bool shape(const fl_layer *layer, const fl_tensor_shape *in, size_t n_in, fl_tensor_shape *out, fl_error *error)
{
    char texts[2][FL_TENSOR_SHAPE_TEXT];
    if (!fl_layer_same(layer, in, n_in, out, error)) return false;
    if (n_in < 2) return fl_error_user(error, "a sum needs two layers or more in 'from'");
    for (size_t i = 1; i < n_in; i++) {
        if (equal(in[0], in[i])) continue;
        fl_tensor_shape_text(in[0], texts[0]);
        fl_tensor_shape_text(in[i], texts[1]);
        return fl_error_user(error, "a sum of unequal shapes: %s and %s", texts[0], texts[1]);
    }
    return true;
}

const fl_layer_spec fl_layer_spec_add = {
    .entry = { "add", "the sum of several layers", "" },
    .most_inputs = FL_LAYER_FROM,
    .positions = true,
    .shape = shape,
};
