/* Dropout: in training a value is 0 with probability `rate`, else divided by 1 - rate; in evaluation it passes. */
#include "layer/spec.h"

static const fl_layer_attribute attributes[] = {
    FL_LAYER_NUMBER_OF("rate", "the probability of a zero", rate, NAN, 0, .99),
};

const fl_layer_spec fl_layer_spec_dropout = {
    .entry = { "dropout", "zeros drawn in training", "Srivastava et al. 2014" },
    .attributes = attributes,
    .n_attributes = FL_LAYER_N(attributes),
    .positions = true,
    .shape = fl_layer_same,
};
