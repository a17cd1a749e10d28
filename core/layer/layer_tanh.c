/* The hyperbolic tangent. */
#include "layer/spec.h"

const fl_layer_spec fl_layer_spec_tanh = {
    .entry = { "tanh", "the hyperbolic tangent", "" },
    .positions = true,
    .shape = fl_layer_same,
};
