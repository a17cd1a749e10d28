/* LARS: momentum with a rate for each block by the ratio of its norms (You et al. 2017). A block is a tensor.
 *
 *   lambda = trust norm(theta) / (norm(g) + wd norm(theta))      trust where theta or g is zero
 *   v'     = gamma v + eta_t lambda (g + wd theta)               v starts at 0
 *   theta' = theta - v'
 */
#include "optimizer/rule.h"

enum { LEARNING_RATE, MOMENTUM, TRUST, WEIGHT_DECAY };

FL_OPTIMIZER_PASS pass(size_t n, float *restrict theta, const float *restrict g, float *restrict v, float rate,
                       float gamma, float decay)
{
    for (size_t i = 0; i < n; i++) {
        v[i] = gamma * v[i] + rate * (g[i] + decay * theta[i]);
        theta[i] -= v[i];
    }
}

static void move(const fl_optimizer_update *update, const fl_tensor *tensor)
{
    const double *hyper = update->hyper;
    float *theta = update->parameters + tensor->offset;
    const float *g = update->gradient + tensor->offset;
    double decay = fl_optimizer_decay(update, tensor, hyper[WEIGHT_DECAY]);
    double of_theta = sqrt(fl_optimizer_square(theta, tensor->count)),
           of_g = sqrt(fl_optimizer_square(g, tensor->count));
    double ratio = of_theta > 0 && of_g > 0 ? of_theta / (of_g + decay * of_theta) : 1;
    pass(tensor->count, theta, g, update->state[0] + tensor->offset,
         fl_optimizer_finite(update->rate * hyper[TRUST] * ratio), (float)hyper[MOMENTUM], (float)decay);
}

static void step(fl_optimizer_update *update)
{
    for (size_t i = 0; i < update->layout->n_tensors; i++) move(update, &update->layout->tensors[i]);
}

static const fl_hyper hypers[] = {
    FL_OPTIMIZER_LEARNING_RATE,
    FL_OPTIMIZER_MOMENTUM,
    { "trust", "fraction of its norm that a tensor moves at rate 1", FL_HYPER_LOG, 0.001, .min = 0, .min_open = true,
      .max = HUGE_VAL },
    { "weight_decay", "added to the gradient, and to its norm", FL_HYPER_LOG, 0, .min = 0, .max = HUGE_VAL },
};

const fl_optimizer fl_optimizer_lars = {
    .entry = { "lars", "momentum with a rate for each tensor by the ratio of its norms", "You et al. 2017" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .n_states = 1,
    .step = step,
};
