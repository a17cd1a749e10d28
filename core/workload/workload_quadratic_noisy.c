/* The noisy quadratic: the one workload with a closed form, so the harness itself can be tested on it.
 *
 *     loss(theta; x) = 1/2 sum_i c_i (theta_i - x_i)^2,   x_i ~ N(0, s^2),   c_i log-spaced from 10/condition to 10
 *
 * s is `noise`; theta starts at 1 everywhere. With condition 1000 and dimension 8 the curvatures are 1e-2..1e1, those
 * of the inclusion checks. Over fresh noise
 *
 *     E loss(theta) = 1/2 sum_i c_i (theta_i^2 + s^2),
 *
 * so the least expected loss is 1/2 s^2 sum_i c_i, at theta = 0. SGD with rate eta and batch B moves each theta_i on
 * its own,
 *
 *     theta' = (1 - eta c) theta + eta c x_mean,   x_mean ~ N(0, s^2 / B), hence
 *     E theta_t = (1 - eta c)^t,
 *     Var theta_t = (s^2 / B) (eta c)^2 (1 - (1 - eta c)^(2t)) / (1 - (1 - eta c)^2),
 *
 * stable for eta < 2/10. The examples are a fixed draw, though: their own mean takes the place of 0. And an epoch shows
 * each of them once, so a direction that remembers more than an epoch (1 / (eta c) steps) is calmer than Var theta_t
 * says.
 */
#include "dataset/quadratic.h"
#include "workload/workload.h"

#include <math.h>

extern const fl_dataset_kind fl_dataset_quadratic;

/* 1,024 dimensions are 57 MB of examples. */
static const fl_hyper options[FL_DATASET_QUADRATIC_OPTIONS] = {
    [FL_DATASET_QUADRATIC_CONDITION] = { .name = "condition",
                                         .help = "largest curvature (10) over smallest",
                                         .scale = FL_HYPER_LOG,
                                         .default_value = 1000,
                                         .min = 1,
                                         .max = HUGE_VAL },
    [FL_DATASET_QUADRATIC_DIMENSION] = { .name = "dimension",
                                         .help = "number of parameters",
                                         .scale = FL_HYPER_INTEGER,
                                         .default_value = 8,
                                         .min = 1,
                                         .max = 1024 },
    [FL_DATASET_QUADRATIC_NOISE] = { .name = "noise",
                                     .help = "standard deviation of each example around the optimum",
                                     .scale = FL_HYPER_LINEAR,
                                     .default_value = 1,
                                     .min = 0,
                                     .max = HUGE_VAL },
};

static const fl_layer layers[] = { { .kind = FL_LAYER_QUADRATIC, .name = "quadratic", .curvature_max = 10 } };
static const fl_network_architecture architecture = { layers, 1 };

static void shape(const double *values, fl_layer *loss)
{
    loss->condition = values[FL_DATASET_QUADRATIC_CONDITION];
}

const fl_workload fl_workload_quadratic_noisy = {
    .entry = { .name = "quadratic/noisy",
               .about = "1/2 sum c_i (theta_i - x_i)^2 seen through Gaussian noise, with a closed form",
               .source = "" },
    .dataset = &fl_dataset_quadratic,
    .architecture = &architecture,
    .init = "constant",
    .init_bias = 1, /* theta has one dimension, so initialisation takes it for a bias */
    .options = options,
    .n_options = FL_DATASET_QUADRATIC_OPTIONS,
    .shape = shape,
};
