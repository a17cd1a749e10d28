/* A function of two parameters as a loss, which no data enters: what optimizers do in the plane can be drawn. */
#include "layer/spec.h"

static size_t tensors(const fl_layer *layer, fl_tensor_shape in, fl_tensor tensors[FL_LAYER_TENSORS])
{
    tensors[0] = fl_layer_tensor(layer, "theta", FL_TENSOR_START, 2, 0, 0, 0);
    return 1;
}

static const char *const functions[] = { "rosenbrock", "beale", "branin", "saddle", "quadratic", NULL };

static const fl_layer_attribute attributes[] = {
    { .name = "name",
      .help = "which function",
      .value = FL_LAYER_CHOICE,
      .place = FL_LAYER_PLACE(function),
      .default_value = NAN,
      .max = 4,
      .choices = functions },
    { .name = "start",
      .help = "where it begins, two numbers",
      .value = FL_LAYER_PAIR,
      .place = FL_LAYER_PLACE(start),
      .default_value = NAN,
      .min = -HUGE_VAL,
      .max = HUGE_VAL },
};

const fl_layer_spec fl_layer_spec_function = {
    .entry = { "function", "a function of two parameters", "" },
    .attributes = attributes,
    .n_attributes = FL_LAYER_N(attributes),
    .loss = true,
    .shape = fl_layer_loss,
    .tensors = tensors,
};
