/* GELU: x Phi(x), Phi the normal distribution (by erf). */
#include "layer/spec.h"

const fl_layer_spec fl_layer_spec_gelu = {
    .entry = { "gelu", "x Phi(x), by erf", "Hendrycks and Gimpel 2016" },
    .positions = true,
    .shape = fl_layer_same,
};
