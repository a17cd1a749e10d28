/* Nesterov's accelerated gradient (Nesterov 1983), in the form of Sutskever et al. 2013 whose gradient is taken at the
 * parameters themselves.
 *
 *   v'     = gamma v + g           v starts at 0
 *   theta' = theta - eta_t (gamma v' + g)
 */
#include "optimizer/rule.h"

enum { LEARNING_RATE, MOMENTUM };

FL_OPTIMIZER_PASS pass(size_t n, float *restrict theta, const float *restrict g, float *restrict v, float eta,
                       float gamma)
{
    for (size_t i = 0; i < n; i++) {
        v[i] = gamma * v[i] + g[i];
        theta[i] -= eta * (gamma * v[i] + g[i]);
    }
}

static void step(fl_optimizer_update *update)
{
    pass(update->layout->count, update->parameters, update->gradient, update->state[0], (float)update->rate,
         (float)update->hyper[MOMENTUM]);
}

static void map_sgd(const double *sgd, double *general)
{
    general[LEARNING_RATE] = sgd[LEARNING_RATE];
    general[MOMENTUM] = 0;
}

static double stable_below(const double *hyper, double rate)
{
    return 2 * (1 + hyper[MOMENTUM]) / (rate * (1 + 2 * hyper[MOMENTUM]));
}

static const fl_hyper hypers[] = { FL_OPTIMIZER_LEARNING_RATE, FL_OPTIMIZER_MOMENTUM };

const fl_optimizer fl_optimizer_nesterov = {
    .entry = { "nesterov", "momentum that looks one velocity ahead", "Nesterov 1983; Sutskever et al. 2013" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .n_states = 1,
    .elementwise = true,
    .stable_below = stable_below,
    .step = step,
    .includes = { { &fl_optimizer_sgd, "momentum = 0", map_sgd } },
};
