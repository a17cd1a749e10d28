/* The squared difference to the targets: summed over outputs, the mean over examples. */
#include "layer/spec.h"

static const fl_layer_attribute attributes[] = { FL_LAYER_TARGETS };

const fl_layer_spec fl_layer_spec_mean_squared = {
    .entry = { "mean_squared", "the squared difference to the targets", "" },
    .attributes = attributes,
    .n_attributes = FL_LAYER_N(attributes),
    .loss = true,
    .shape = fl_layer_loss,
};
