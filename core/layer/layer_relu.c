/* ReLU: max(x, 0); the derivative at 0 is 0. */
#include "layer/spec.h"

const fl_layer_spec fl_layer_spec_relu = {
    .entry = { "relu", "max(x, 0)", "" },
    .positions = true,
    .shape = fl_layer_same,
};
