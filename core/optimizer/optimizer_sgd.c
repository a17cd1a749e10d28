/* Stochastic gradient descent (Robbins and Monro 1951).
 *
 *   theta' = theta - eta_t g
 */
#include "optimizer/rule.h"

FL_OPTIMIZER_PASS pass(size_t n, float *restrict theta, const float *restrict g, float eta)
{
    for (size_t i = 0; i < n; i++) theta[i] -= eta * g[i];
}

static void step(fl_optimizer_update *update)
{
    pass(update->layout->count, update->parameters, update->gradient, (float)update->rate);
}

static double stable_below(const double *hyper, double rate)
{
    return 2 / rate;
}

static const fl_hyper hypers[] = { FL_OPTIMIZER_LEARNING_RATE };

const fl_optimizer fl_optimizer_sgd = {
    .entry = { "sgd", "stochastic gradient descent", "Robbins and Monro 1951" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .elementwise = true,
    .stable_below = stable_below,
    .step = step,
};
