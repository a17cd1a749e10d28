/* Nesterov's accelerated gradient as Nesterov has it (1983): the gradient is taken one velocity ahead. The loss of a
 * step is that at theta.
 *
 *   v'     = gamma v + eta_t g(theta - gamma v)      v starts at 0
 *   theta' = theta - v'
 */
#include "optimizer/rule.h"

enum { LEARNING_RATE, MOMENTUM };

FL_OPTIMIZER_PASS go_ahead(size_t n, float *restrict theta, const float *restrict v, float *restrict kept, float gamma)
{
    for (size_t i = 0; i < n; i++) {
        kept[i] = theta[i];
        theta[i] -= gamma * v[i];
    }
}

FL_OPTIMIZER_PASS pass(size_t n, float *restrict theta, const float *restrict g, float *restrict v,
                       const float *restrict kept, float eta, float gamma)
{
    for (size_t i = 0; i < n; i++) {
        v[i] = gamma * v[i] + eta * g[i];
        theta[i] = kept[i] - v[i];
    }
}

static void step(fl_optimizer_update *update)
{
    size_t n = update->layout->count;
    float *velocity = update->state[0], *kept = update->state[1], gamma = (float)update->hyper[MOMENTUM];
    go_ahead(n, update->parameters, velocity, kept, gamma);
    update->lent->evaluate(update, update->step, true);
    pass(n, update->parameters, update->gradient, velocity, kept, (float)update->rate, gamma);
}

static void map_sgd(const double *sgd, double *general)
{
    general[LEARNING_RATE] = sgd[LEARNING_RATE];
    general[MOMENTUM] = 0;
}

static const fl_hyper hypers[] = { FL_OPTIMIZER_LEARNING_RATE, FL_OPTIMIZER_MOMENTUM };

const fl_optimizer fl_optimizer_nesterov_lookahead = {
    .entry = { "nesterov_lookahead", "momentum whose gradient is taken one velocity ahead", "Nesterov 1983" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .asks_again = true,
    .n_states = 2,
    .declines_gradient = fl_optimizer_always,
    .step = step,
    .includes = { { &fl_optimizer_sgd, "momentum = 0", map_sgd } },
};
