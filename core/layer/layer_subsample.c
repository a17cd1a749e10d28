/* Every stride-th pixel of an image, with channels of zeros to make `out` of them: half before, half after (He et al.
 * 2016, option A). */
#include "layer/spec.h"

static bool shape(const fl_layer *layer, const fl_tensor_shape *in, size_t n_in, fl_tensor_shape *out, fl_error *error)
{
    if (!fl_layer_needs(layer, *in, FL_TENSOR_IMAGE, "an image", error)) return false;
    size_t stride = layer->stride;
    *out = (fl_tensor_shape){
        .n = in->n, .c = layer->n_out, .h = (in->h - 1) / stride + 1, .w = (in->w - 1) / stride + 1
    };
    return layer->n_out >= in->c ||
           fl_error_user(error, "a subsample adds channels of zeros: %zu are fewer than the %zu it reads", layer->n_out,
                         in->c);
}

static const fl_layer_attribute attributes[] = {
    FL_LAYER_COUNT_OF("stride", "pixels from one to the next", stride, NAN, 1),
    FL_LAYER_OUT("channels out"),
};

const fl_layer_spec fl_layer_spec_subsample = {
    .entry = { "subsample", "every stride-th pixel, missing channels zeros", "He et al. 2016" },
    .attributes = attributes,
    .n_attributes = FL_LAYER_N(attributes),
    .shape = shape,
};
