/* Layer normalisation: each row less its mean and divided by its deviation, then scaled and shifted value by value. A
 * row is an example, of a sequence a position. */
#include "layer/spec.h"

/* As PyTorch has it: D of a sequence or vector, C,H,W of an image. */
static fl_tensor tensor(const fl_layer *layer, const char *name, fl_tensor_start start, fl_tensor_shape in)
{
    if (in.form == FL_TENSOR_SEQUENCE) return fl_layer_tensor(layer, name, start, in.h, 0, 0, 0);
    bool vector = in.h * in.w == 1;
    return fl_layer_tensor(layer, name, start, in.c, vector ? 0 : in.h, vector ? 0 : in.w, 0);
}

static size_t tensors(const fl_layer *layer, fl_tensor_shape in, fl_tensor tensors[FL_LAYER_TENSORS])
{
    tensors[0] = tensor(layer, "weight", FL_TENSOR_ONE, in);
    tensors[1] = tensor(layer, "bias", FL_TENSOR_BIAS, in);
    return 2;
}

static const fl_layer_attribute attributes[] = {
    FL_LAYER_NUMBER_OF("epsilon", "added to the variance", epsilon, 1e-5, 1e-12, 1),
};

const fl_layer_spec fl_layer_spec_layer_norm = {
    .entry = { "layer_norm", "each row normalised over its values", "Ba, Kiros and Hinton 2016" },
    .attributes = attributes,
    .n_attributes = FL_LAYER_N(attributes),
    .positions = true,
    .shape = fl_layer_same,
    .tensors = tensors,
};
