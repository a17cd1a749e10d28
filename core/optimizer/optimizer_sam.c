/* Sharpness-aware minimisation over momentum (Foret et al. 2021): the gradient is that of the worst point nearby, to
 * first order.
 *
 *   w      = theta + radius g / norm(g)      one norm over all parameters
 *   v'     = gamma v + g(w)                  v starts at 0; the same batch
 *   theta' = theta - eta_t v'
 */
#include "optimizer/rule.h"

enum { LEARNING_RATE, MOMENTUM, RADIUS };

FL_OPTIMIZER_PASS climb(size_t n, float *restrict theta, const float *restrict g, float *restrict kept, float scale)
{
    for (size_t i = 0; i < n; i++) {
        kept[i] = theta[i];
        theta[i] += scale * g[i];
    }
}

FL_OPTIMIZER_PASS pass(size_t n, float *restrict theta, const float *restrict g, float *restrict v,
                       const float *restrict kept, float eta, float gamma)
{
    for (size_t i = 0; i < n; i++) {
        v[i] = gamma * v[i] + g[i];
        theta[i] = kept[i] - eta * v[i];
    }
}

static void step(fl_optimizer_update *update)
{
    size_t n = update->layout->count;
    float *velocity = update->state[0], *kept = update->state[1];
    double norm = sqrt(fl_optimizer_square(update->gradient, n));
    climb(n, update->parameters, update->gradient, kept,
          norm > 0 ? fl_optimizer_finite(update->hyper[RADIUS] / norm) : 0);
    update->lent->evaluate(update, update->step, true);
    pass(n, update->parameters, update->gradient, velocity, kept, (float)update->rate, (float)update->hyper[MOMENTUM]);
}

static const fl_hyper hypers[] = {
    FL_OPTIMIZER_LEARNING_RATE,
    FL_OPTIMIZER_MOMENTUM,
    { "radius", "how far away the gradient is taken", FL_HYPER_LOG, 0.05, .min = 0, .max = HUGE_VAL },
};

const fl_optimizer fl_optimizer_sam = {
    .entry = { "sam", "momentum on the gradient of the worst point nearby; two gradients a step", "Foret et al. 2021" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .asks_again = true,
    .n_states = 2,
    .step = step,
};
