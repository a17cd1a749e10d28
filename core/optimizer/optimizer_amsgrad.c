/* AMSGrad: Adam whose mean square never falls (Reddi et al. 2018), the maximum taken before bias correction as PyTorch
 * has it; moments.h has b and the places of epsilon.
 *
 *   m'     = b1 m + (1-b1) g       m starts at 0
 *   v'     = b2 v + (1-b2) g^2     v starts at 0
 *   w'     = max(w, v')            w starts at 0
 *   theta' = theta - eta_t b m' / (sqrt(w') + eps)
 */
#include "optimizer/moments.h"

FL_OPTIMIZER_PASS pass(size_t n, float *restrict theta, const float *restrict g, float *restrict m, float *restrict v,
                       float *restrict w, fl_optimizer_moments c)
{
    for (size_t i = 0; i < n; i++) {
        m[i] = c.b1 * m[i] + c.one_minus_b1 * g[i];
        v[i] = c.b2 * v[i] + c.one_minus_b2 * (g[i] * g[i]);
        w[i] = w[i] > v[i] ? w[i] : v[i];
        theta[i] -= c.alpha_b * m[i] / (sqrtf(w[i] + c.e_i) + c.e_o);
    }
}

static void step(fl_optimizer_update *update)
{
    float *const *state = update->state;
    pass(update->layout->count, update->parameters, update->gradient, state[0], state[1], state[2],
         fl_optimizer_moments_of(update));
}

static const fl_hyper hypers[] = { FL_OPTIMIZER_MOMENT_ROWS(FL_OPTIMIZER_KINGMA) };

const fl_optimizer fl_optimizer_amsgrad = {
    .entry = { "amsgrad", "Adam whose mean square never falls", "Reddi et al. 2018" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .n_states = 3,
    .elementwise = true,
    .step = step,
    .includes = { { &fl_optimizer_momentum, "epsilon large", fl_optimizer_moments_map } },
};
