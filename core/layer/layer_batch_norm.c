/* Batch normalisation: each channel of an image, each value of a vector, less its mean over the batch and divided by
 * its deviation, then scaled and shifted. In training by the batch's own statistics, which the running ones follow (the
 * variance of those with n - 1, as PyTorch has it); in evaluation by the running ones. */
#include "layer/spec.h"

static bool shape(const fl_layer *layer, const fl_tensor_shape *in, size_t n_in, fl_tensor_shape *out, fl_error *error)
{
    *out = *in;
    return fl_layer_needs(layer, *in, FL_TENSOR_IMAGE, "an image or a vector", error);
}

static size_t tensors(const fl_layer *layer, fl_tensor_shape in, fl_tensor tensors[FL_LAYER_TENSORS])
{
    tensors[0] = fl_layer_tensor(layer, "weight", FL_TENSOR_ONE, in.c, 0, 0, 0);
    tensors[1] = fl_layer_tensor(layer, "bias", FL_TENSOR_BIAS, in.c, 0, 0, 0);
    return 2;
}

static size_t states(const fl_layer *layer, fl_tensor_shape in, fl_tensor states[FL_LAYER_STATES])
{
    states[0] = fl_layer_tensor(layer, "running_mean", FL_TENSOR_ZERO, in.c, 0, 0, 0);
    states[1] = fl_layer_tensor(layer, "running_var", FL_TENSOR_ONE, in.c, 0, 0, 0);
    return 2;
}

static const fl_layer_attribute attributes[] = {
    FL_LAYER_NUMBER_OF("epsilon", "added to the variance", epsilon, 1e-5, 1e-12, 1),
    FL_LAYER_NUMBER_OF("momentum", "the share of the batch's statistics in the running ones", momentum, .1, 1e-6, 1),
};

const fl_layer_spec fl_layer_spec_batch_norm = {
    .entry = { "batch_norm", "each channel normalised over the batch", "Ioffe and Szegedy 2015" },
    .attributes = attributes,
    .n_attributes = FL_LAYER_N(attributes),
    .shape = shape,
    .tensors = tensors,
    .states = states,
};
