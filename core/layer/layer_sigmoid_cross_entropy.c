/* The loss of independent outputs in [0, 1], in nats: summed over outputs, the mean over examples. */
#include "layer/spec.h"

static const fl_layer_attribute attributes[] = { FL_LAYER_TARGETS };

const fl_layer_spec fl_layer_spec_sigmoid_cross_entropy = {
    .entry = { "sigmoid_cross_entropy", "the loss of outputs between 0 and 1, in nats", "" },
    .attributes = attributes,
    .n_attributes = FL_LAYER_N(attributes),
    .loss = true,
    .shape = fl_layer_loss,
};
