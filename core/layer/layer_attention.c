/* Multi-head self-attention (Vaswani et al. 2017): q, k and v are dense layers of the input, split into heads of
 * D/heads values; each position takes the mean of v weighted by softmax(q k^T / sqrt(D/heads)), of itself and those
 * before it where causal; a last dense layer mixes the heads. */
#include "layer/spec.h"

static bool shape(const fl_layer *layer, const fl_tensor_shape *in, size_t n_in, fl_tensor_shape *out, fl_error *error)
{
    *out = *in;
    if (!fl_layer_needs(layer, *in, FL_TENSOR_SEQUENCE, "a sequence", error)) return false;
    return in->h % layer->heads == 0 || fl_error_user(error, "%zu heads do not divide %zu values", layer->heads, in->h);
}

static size_t tensors(const fl_layer *layer, fl_tensor_shape in, fl_tensor tensors[FL_LAYER_TENSORS])
{
    tensors[0] = fl_layer_tensor(layer, "in_weight", FL_TENSOR_WEIGHT, FL_LAYER_PROJECTIONS * in.h, in.h, 0, 0);
    tensors[1] = fl_layer_tensor(layer, "in_bias", FL_TENSOR_ZERO, FL_LAYER_PROJECTIONS * in.h, 0, 0, 0);
    tensors[2] = fl_layer_tensor(layer, "out_weight", FL_TENSOR_WEIGHT, in.h, in.h, 0, 0);
    tensors[3] = fl_layer_tensor(layer, "out_bias", FL_TENSOR_ZERO, in.h, 0, 0, 0);
    tensors[0].n_matrices = FL_LAYER_PROJECTIONS;
    return 4;
}

static const fl_layer_attribute attributes[] = {
    FL_LAYER_COUNT_OF("heads", "parts of the values that attend apart", heads, NAN, 1),
    { .name = "causal",
      .help = "a position sees itself and those before it alone",
      .value = FL_LAYER_NO_FLAG,
      .place = FL_LAYER_PLACE(acausal),
      .default_value = 1,
      .max = 1 },
};

const fl_layer_spec fl_layer_spec_attention = {
    .entry = { "attention", "multi-head self-attention", "Vaswani et al. 2017" },
    .attributes = attributes,
    .n_attributes = FL_LAYER_N(attributes),
    .shape = shape,
    .tensors = tensors,
};
