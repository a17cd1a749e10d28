/* RMSterov: RMSProp with Nesterov's look ahead (Choi et al. 2019).
 *
 *   v'     = rho v + (1-rho) g^2                       v starts at 1
 *   m'     = gamma m + eta_t g / sqrt(v' + eps)        m starts at 0
 *   theta' = theta - (gamma m' + eta_t g / sqrt(v' + eps))
 */
#include "optimizer/rule.h"

enum { LEARNING_RATE, MOMENTUM, RHO, EPSILON };

typedef struct coefficients {
    float eta, gamma, rho, one_minus_rho, eps;
} coefficients;

FL_OPTIMIZER_PASS pass(size_t n, float *restrict theta, const float *restrict g, float *restrict v, float *restrict m,
                       coefficients c)
{
    for (size_t i = 0; i < n; i++) {
        v[i] = c.rho * v[i] + c.one_minus_rho * (g[i] * g[i]);
        float move = c.eta * g[i] / sqrtf(v[i] + c.eps);
        m[i] = c.gamma * m[i] + move;
        theta[i] -= c.gamma * m[i] + move;
    }
}

static void start(fl_optimizer_update *update)
{
    for (size_t i = 0; i < update->layout->count; i++) update->state[0][i] = 1;
}

static void step(fl_optimizer_update *update)
{
    const double *hyper = update->hyper;
    coefficients c = {
        .eta = (float)update->rate,
        .gamma = (float)hyper[MOMENTUM],
        .rho = (float)hyper[RHO],
        .one_minus_rho = (float)(1 - hyper[RHO]),
        .eps = fl_optimizer_epsilon(hyper[EPSILON]),
    };
    pass(update->layout->count, update->parameters, update->gradient, update->state[0], update->state[1], c);
}

/* At rho = 1 the mean square stays where it starts and the root is one number; else epsilon must outweigh it. Under a
 * decaying rate the buffer also remembers older rates. */
static void map_nesterov(const double *nesterov, double *general)
{
    bool still = general[RHO] == 1;
    if (!still) general[EPSILON] = fmax(general[EPSILON], FL_OPTIMIZER_LARGE_EPSILON);
    general[LEARNING_RATE] = nesterov[LEARNING_RATE] * sqrt(general[EPSILON] + still);
    general[MOMENTUM] = nesterov[MOMENTUM];
}

static const fl_hyper hypers[] = {
    FL_OPTIMIZER_LEARNING_RATE,
    FL_OPTIMIZER_MOMENTUM,
    { "rho", "decay rate of the mean square", FL_HYPER_LINEAR, 0.9, .min = 0, .max = 1 },
    { "epsilon", "added to the mean square", FL_HYPER_LOG, 1e-10, .min = 0, .max = HUGE_VAL },
};

const fl_optimizer fl_optimizer_rmsterov = {
    .entry = { "rmsterov", "Nesterov on gradients divided by their root mean square", "Choi et al. 2019" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .n_states = 2,
    .elementwise = true,
    .start = start,
    .step = step,
    .includes = { { &fl_optimizer_nesterov, "epsilon large, or rho = 1 and epsilon = 0", map_nesterov } },
};
