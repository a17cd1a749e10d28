/* AdaMax: Adam with the largest gradient in place of the root mean square (Kingma and Ba 2015, section 7.1), with
 * epsilon where PyTorch has it.
 *
 *   m'     = b1 m + (1-b1) g               m starts at 0
 *   u'     = max(b2 u, |g| + eps)          u starts at 0
 *   theta' = theta - eta_t / (1 - b1^(t+1)) m' / u'
 */
#include "base/exact.h"
#include "optimizer/moments.h"

enum { MOMENTUM = 1 }; /* in momentum's table */

FL_OPTIMIZER_PASS pass(size_t n, float *restrict theta, const float *restrict g, float *restrict m, float *restrict u,
                       float alpha, float b1, float one_minus_b1, float b2, float eps)
{
    for (size_t i = 0; i < n; i++) {
        m[i] = b1 * m[i] + one_minus_b1 * g[i];
        float old = b2 * u[i], new = fabsf(g[i]) + eps;
        u[i] = old > new ? old : new;
        theta[i] -= alpha * m[i] / u[i];
    }
}

static void step(fl_optimizer_update *update)
{
    const double *hyper = update->hyper;
    double b1 = hyper[FL_OPTIMIZER_BETA1];
    double alpha = update->rate / (1 - fl_exact_pow(b1, (double)update->step + 1));
    pass(update->layout->count, update->parameters, update->gradient, update->state[0], update->state[1], (float)alpha,
         (float)b1, (float)(1 - b1), (float)hyper[FL_OPTIMIZER_BETA2],
         fl_optimizer_epsilon(hyper[FL_OPTIMIZER_EPSILON]));
}

/* beta1 is the momentum and epsilon large, so that u is one number. */
static void map_momentum(const double *momentum, double *general)
{
    general[FL_OPTIMIZER_EPSILON] = fmax(general[FL_OPTIMIZER_EPSILON], FL_OPTIMIZER_LARGE_EPSILON);
    general[FL_OPTIMIZER_BETA1] = momentum[MOMENTUM];
    general[FL_OPTIMIZER_RATE] = general[FL_OPTIMIZER_EPSILON] * momentum[FL_OPTIMIZER_RATE] / (1 - momentum[MOMENTUM]);
}

static const fl_hyper hypers[] = {
    FL_OPTIMIZER_LEARNING_RATE,
    FL_OPTIMIZER_BETAS(0.9, 0.999),
    { "epsilon", "added to the size of every gradient", FL_HYPER_LOG, 1e-8, .min = 0, .min_open = true,
      .max = HUGE_VAL },
};

const fl_optimizer fl_optimizer_adamax = {
    .entry = { "adamax", "mean gradient over the largest of late", "Kingma and Ba 2015" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .n_states = 2,
    .elementwise = true,
    .step = step,
    .includes = { { &fl_optimizer_momentum, "epsilon large", map_momentum } },
};
