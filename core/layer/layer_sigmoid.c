/* Sigmoid: 1 / (1 + exp(-x)). */
#include "layer/spec.h"

const fl_layer_spec fl_layer_spec_sigmoid = {
    .entry = { "sigmoid", "1 / (1 + exp(-x))", "" },
    .positions = true,
    .shape = fl_layer_same,
};
