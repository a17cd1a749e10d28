/* LSTM (Hochreiter and Schmidhuber 1997), gates in the order i, f, g, o, one bias:
 *
 *   i, f, o = sigmoid(W x_t + U h_(t-1) + b),  g = tanh(the same),  c_t = f c_(t-1) + i g,  h_t = o tanh(c_t)
 *
 * Without `carry` h and c start at 0; with it they go on from the batch before, without a gradient to it. */
#include "layer/spec.h"

static bool shape(const fl_layer *layer, const fl_tensor_shape *in, size_t n_in, fl_tensor_shape *out, fl_error *error)
{
    *out = (fl_tensor_shape){ in->n, in->c, layer->n_out, 1, FL_TENSOR_SEQUENCE };
    return fl_layer_needs(layer, *in, FL_TENSOR_SEQUENCE, "a sequence", error);
}

static size_t tensors(const fl_layer *layer, fl_tensor_shape in, fl_tensor tensors[FL_LAYER_TENSORS])
{
    size_t rows = FL_LAYER_GATES * layer->n_out;
    tensors[0] = fl_layer_tensor(layer, "weight_ih", FL_TENSOR_WEIGHT, rows, in.h, 0, 0);
    tensors[1] = fl_layer_tensor(layer, "weight_hh", FL_TENSOR_WEIGHT, rows, layer->n_out, 0, 0);
    tensors[2] = fl_layer_tensor(layer, "bias", FL_TENSOR_BIAS, rows, 0, 0, 0);
    tensors[0].n_matrices = tensors[1].n_matrices = FL_LAYER_GATES;
    return 3;
}

static size_t states(const fl_layer *layer, fl_tensor_shape in, fl_tensor states[FL_LAYER_STATES])
{
    states[0] = fl_layer_tensor(layer, "h", FL_TENSOR_CARRY, in.n, layer->n_out, 0, 0);
    states[1] = fl_layer_tensor(layer, "c", FL_TENSOR_CARRY, in.n, layer->n_out, 0, 0);
    return layer->carry ? 2 : 0;
}

static const fl_layer_attribute attributes[] = {
    FL_LAYER_OUT("values of a position"),
    { .name = "carry",
      .help = "goes on from the state of the batch before",
      .value = FL_LAYER_FLAG,
      .place = FL_LAYER_PLACE(carry),
      .max = 1 },
};

const fl_layer_spec fl_layer_spec_lstm = {
    .entry = { "lstm", "long short-term memory", "Hochreiter and Schmidhuber 1997" },
    .attributes = attributes,
    .n_attributes = FL_LAYER_N(attributes),
    .shape = shape,
    .tensors = tensors,
    .states = states,
};
