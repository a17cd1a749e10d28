/* Embedding: a row of W, vocabulary x out, for each token. */
#include "layer/spec.h"

static bool shape(const fl_layer *layer, const fl_tensor_shape *in, size_t n_in, fl_tensor_shape *out, fl_error *error)
{
    *out = (fl_tensor_shape){ in->n, in->c, layer->n_out, 1, FL_TENSOR_SEQUENCE };
    return fl_layer_needs(layer, *in, FL_TENSOR_TOKENS, "tokens", error);
}

static size_t tensors(const fl_layer *layer, fl_tensor_shape in, fl_tensor tensors[FL_LAYER_TENSORS])
{
    tensors[0] = fl_layer_tensor(layer, "weight", FL_TENSOR_WEIGHT, layer->vocabulary, layer->n_out, 0, 0);
    return 1;
}

static const fl_layer_attribute attributes[] = {
    FL_LAYER_COUNT_OF("vocabulary", "how many tokens there are", vocabulary, NAN, 1),
    FL_LAYER_OUT("values of a position"),
};

const fl_layer_spec fl_layer_spec_embedding = {
    .entry = { "embedding", "a row of weights for each token", "" },
    .attributes = attributes,
    .n_attributes = FL_LAYER_N(attributes),
    .shape = shape,
    .tensors = tensors,
};
