/* Lion: the sign of a mean gradient, with decoupled weight decay (Chen et al. 2023).
 *
 *   theta' = theta - eta_t wd theta - eta_t sign(b1 m + (1-b1) g)      sign(0) = 0
 *   m'     = b2 m + (1-b2) g                                           m starts at 0
 */
#include "optimizer/moments.h"

enum { WEIGHT_DECAY = FL_OPTIMIZER_BETA2 + 1 };

typedef struct coefficients {
    float eta, decay, b1, one_minus_b1, b2, one_minus_b2;
} coefficients;

FL_OPTIMIZER_PASS pass(size_t n, float *restrict theta, const float *restrict g, float *restrict m, coefficients c)
{
    for (size_t i = 0; i < n; i++) {
        float mean = c.b1 * m[i] + c.one_minus_b1 * g[i];
        float kept = theta[i] - c.decay * theta[i];
        theta[i] = kept - c.eta * (float)((mean > 0) - (mean < 0));
        m[i] = c.b2 * m[i] + c.one_minus_b2 * g[i];
    }
}

static void step(fl_optimizer_update *update)
{
    const double *hyper = update->hyper;
    double b1 = hyper[FL_OPTIMIZER_BETA1], b2 = hyper[FL_OPTIMIZER_BETA2];
    coefficients c = {
        .eta = (float)update->rate,
        .decay = (float)(update->rate * hyper[WEIGHT_DECAY]),
        .b1 = (float)b1,
        .one_minus_b1 = (float)(1 - b1),
        .b2 = (float)b2,
        .one_minus_b2 = (float)(1 - b2),
    };
    pass(update->layout->count, update->parameters, update->gradient, update->state[0], c);
}

static const fl_hyper hypers[] = {
    FL_OPTIMIZER_LEARNING_RATE,
    { "beta1", "weight of the mean gradient in the step", FL_HYPER_LINEAR, 0.9, .min = 0, .max = 1, .max_open = true },
    { "beta2", "decay rate of the first moment", FL_HYPER_LINEAR, 0.99, .min = 0, .max = 1, .max_open = true },
    FL_OPTIMIZER_DECAY(0),
};

const fl_optimizer fl_optimizer_lion = {
    .entry = { "lion", "the sign of a mean gradient, with decoupled weight decay", "Chen et al. 2023" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .n_states = 1,
    .elementwise = true,
    .step = step,
};
