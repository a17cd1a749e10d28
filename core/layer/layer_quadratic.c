/* A loss with parameters of its own: 1/2 sum_i c_i (theta_i - x_i)^2, x the example; c_i log-spaced up to the largest.
 */
#include "layer/spec.h"
#include "base/exact.h"

static size_t tensors(const fl_layer *layer, fl_tensor_shape in, fl_tensor tensors[FL_LAYER_TENSORS])
{
    tensors[0] = fl_layer_tensor(layer, "theta", FL_TENSOR_BIAS, fl_tensor_shape_columns(in), 0, 0, 0);
    return 1;
}

static const fl_layer_attribute attributes[] = {
    FL_LAYER_NUMBER_OF("condition", "largest curvature over smallest", condition, NAN, 1, HUGE_VAL),
    FL_LAYER_NUMBER_OF("curvature_max", "the largest curvature", curvature_max, 10, 1e-300, HUGE_VAL),
};

double fl_layer_curvature(const fl_layer *layer, size_t n, size_t i)
{
    if (n == 1) return layer->curvature_max;
    return layer->curvature_max / layer->condition * fl_exact_pow(layer->condition, (double)i / (double)(n - 1));
}

const fl_layer_spec fl_layer_spec_quadratic = {
    .entry = { "quadratic", "1/2 sum c_i (theta_i - x_i)^2", "" },
    .attributes = attributes,
    .n_attributes = FL_LAYER_N(attributes),
    .loss = true,
    .shape = fl_layer_loss,
    .tensors = tensors,
};
