/* A loss with parameters of its own, and with a closed form, so that the harness itself can be tested on it:
 *
 *     loss(theta; x) = 1/2 sum_i c_i (theta_i - x_i)^2,   c_i log-spaced from curvature_max/condition to curvature_max.
 *
 * Over fresh noise x_i ~ N(0, s^2)
 *
 *     E loss(theta) = 1/2 sum_i c_i (theta_i^2 + s^2),
 *
 * so the least expected loss is 1/2 s^2 sum_i c_i, at theta = 0. SGD with rate eta and batch B moves each theta_i,
 * which begins at 1, on its own,
 *
 *     theta' = (1 - eta c) theta + eta c x_mean,   x_mean ~ N(0, s^2 / B), hence
 *     E theta_t = (1 - eta c)^t,
 *     Var theta_t = (s^2 / B) (eta c)^2 (1 - (1 - eta c)^(2t)) / (1 - (1 - eta c)^2),
 *
 * stable for eta < 2/curvature_max. The examples of data set `quadratic` are a fixed draw, though: their own mean takes
 * the place of 0. And an epoch shows each of them once, so a direction that remembers more than an epoch (1 / (eta c)
 * steps) is calmer than Var theta_t says.
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
