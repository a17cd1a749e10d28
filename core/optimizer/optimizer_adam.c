/* Adam (Kingma and Ba 2015); moments.h has b and the places of epsilon.
 *
 *   m'     = b1 m + (1-b1) g       m starts at 0
 *   v'     = b2 v + (1-b2) g^2     v starts at 0
 *   theta' = theta - alpha_t b m' / (sqrt(v') + eps)
 */
#include "optimizer/moments.h"

FL_OPTIMIZER_PASS pass(size_t n, float *restrict theta, const float *restrict g, float *restrict m, float *restrict v,
                       fl_optimizer_moments c)
{
    for (size_t i = 0; i < n; i++) {
        m[i] = c.b1 * m[i] + c.one_minus_b1 * g[i];
        v[i] = c.b2 * v[i] + c.one_minus_b2 * (g[i] * g[i]);
        theta[i] -= c.alpha_b * m[i] / (sqrtf(v[i] + c.e_i) + c.e_o);
    }
}

static void step(fl_optimizer_update *update)
{
    pass(update->layout->count, update->parameters, update->gradient, update->state[0], update->state[1],
         fl_optimizer_moments_of(update));
}

static double stable_below(const double *hyper, double rate)
{
    double b1 = hyper[FL_OPTIMIZER_BETA1];
    return 2 * (1 + b1) / ((1 - b1) * rate);
}

/* At a rate of 1: what scales the gradient beside the rate, which may be 0. */
static void precondition(const fl_optimizer_update *update, float *factors)
{
    fl_optimizer_update unit = *update;
    unit.rate = 1;
    fl_optimizer_moments c = fl_optimizer_moments_of(&unit);
    for (size_t i = 0; i < update->layout->count; i++)
        factors[i] = sqrtf(c.alpha_b / (sqrtf(update->state[1][i] + c.e_i) + c.e_o));
}

const fl_optimizer fl_optimizer_adam = {
    .entry = { "adam", "mean gradient over root mean square, both corrected for their start", "Kingma and Ba 2015" },
    .hypers = fl_optimizer_moment_hypers,
    .n_hypers = FL_OPTIMIZER_MOMENT_HYPERS,
    .n_states = 2,
    .elementwise = true,
    .stable_below = stable_below,
    .precondition = precondition,
    .step = step,
    .includes = { { &fl_optimizer_momentum, "epsilon large", fl_optimizer_moments_map } },
};
