/* AdaDelta (Zeiler 2012) with a rate, as PyTorch has it.
 *
 *   v'     = rho v + (1-rho) g^2               v starts at 0
 *   Delta  = sqrt(u + eps) / sqrt(v' + eps) g
 *   u'     = rho u + (1-rho) Delta^2           u starts at 0
 *   theta' = theta - eta_t Delta
 */
#include "optimizer/rule.h"

enum { LEARNING_RATE, RHO, EPSILON };

FL_OPTIMIZER_PASS pass(size_t n, float *restrict theta, const float *restrict g, float *restrict v, float *restrict u,
                       float eta, float rho, float one_minus_rho, float eps)
{
    for (size_t i = 0; i < n; i++) {
        v[i] = rho * v[i] + one_minus_rho * (g[i] * g[i]);
        float delta = sqrtf(u[i] + eps) / sqrtf(v[i] + eps) * g[i];
        u[i] = rho * u[i] + one_minus_rho * (delta * delta);
        theta[i] -= eta * delta;
    }
}

static void step(fl_optimizer_update *update)
{
    const double *hyper = update->hyper;
    pass(update->layout->count, update->parameters, update->gradient, update->state[0], update->state[1],
         (float)update->rate, (float)hyper[RHO], (float)(1 - hyper[RHO]), fl_optimizer_epsilon(hyper[EPSILON]));
}

/* Both roots are those of epsilon alone. */
static void map_sgd(const double *sgd, double *general)
{
    general[EPSILON] = fmax(general[EPSILON], FL_OPTIMIZER_LARGE_EPSILON);
    general[LEARNING_RATE] = sgd[LEARNING_RATE];
}

static const fl_hyper hypers[] = {
    FL_OPTIMIZER_LEARNING_RATE,
    { "rho", "decay rate of the mean squares", FL_HYPER_LINEAR, 0.9, .min = 0, .max = 1 },
    { "epsilon", "added to both mean squares", FL_HYPER_LOG, 1e-6, .min = 0, .min_open = true, .max = HUGE_VAL },
};

const fl_optimizer fl_optimizer_adadelta = {
    .entry = { "adadelta", "gradients in the units of the steps taken so far", "Zeiler 2012" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .n_states = 2,
    .elementwise = true,
    .step = step,
    .includes = { { &fl_optimizer_sgd, "epsilon large", map_sgd } },
};
