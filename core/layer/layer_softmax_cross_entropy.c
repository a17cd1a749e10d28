/* The loss of a classifier, in nats: a row of logits against a class; with smoothing s the target is 1 - s there and s
 * over all classes (Szegedy et al. 2016). The mean over rows; a row is an example, of a sequence a position. */
#include "layer/spec.h"

static const fl_layer_attribute attributes[] = {
    FL_LAYER_NUMBER_OF("label_smoothing", "the share of the target that all classes have", label_smoothing, 0, 0, .99),
};

const fl_layer_spec fl_layer_spec_softmax_cross_entropy = {
    .entry = { "softmax_cross_entropy", "the loss of a classifier, in nats", "" },
    .attributes = attributes,
    .n_attributes = FL_LAYER_N(attributes),
    .loss = true,
    .positions = true,
    .shape = fl_layer_loss,
};
