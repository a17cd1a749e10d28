/* Convolution: cross-correlation of an image with filters W, O x I/groups x H x W, zeros outside the image. */
#include "layer/spec.h"

static bool shape(const fl_layer *layer, const fl_tensor_shape *in, size_t n_in, fl_tensor_shape *out, fl_error *error)
{
    if (!fl_layer_walk(layer, *in, layer->n_out, out, error)) return false;
    return (in->c % layer->groups == 0 && layer->n_out % layer->groups == 0) ||
           fl_error_user(error, "%zu groups do not divide %zu channels in and %zu out", layer->groups, in->c,
                         layer->n_out);
}

static size_t tensors(const fl_layer *layer, fl_tensor_shape in, fl_tensor tensors[FL_LAYER_TENSORS])
{
    tensors[0] = fl_layer_tensor(layer, "weight", FL_TENSOR_WEIGHT, layer->n_out, in.c / layer->groups, layer->kernel,
                                 layer->kernel);
    tensors[1] = fl_layer_tensor(layer, "bias", FL_TENSOR_BIAS, layer->n_out, 0, 0, 0);
    return layer->no_bias ? 1 : 2;
}

static const fl_layer_attribute attributes[] = {
    FL_LAYER_OUT("channels out"),
    FL_LAYER_COUNT_OF("kernel", "height and width of the window", kernel, NAN, 1),
    FL_LAYER_COUNT_OF("stride", "pixels from window to window", stride, 1, 1),
    FL_LAYER_COUNT_OF("pad", "zeros on each side", pad, 0, 0),
    FL_LAYER_COUNT_OF("groups", "parts of the channels that are filtered apart", groups, 1, 1),
    FL_LAYER_BIAS,
};

const fl_layer_spec fl_layer_spec_convolution = {
    .entry = { "convolution", "cross-correlation with a window of weights", "" },
    .attributes = attributes,
    .n_attributes = FL_LAYER_N(attributes),
    .shape = shape,
    .tensors = tensors,
};
