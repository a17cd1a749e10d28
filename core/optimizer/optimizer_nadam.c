/* NAdam: Adam with Nesterov's look ahead (Dozat 2016), without Dozat's schedule of the momentum, as Choi et al. 2019
 * state it; moments.h has b and the places of epsilon.
 *
 *   m'     = b1 m + (1-b1) g       m starts at 0
 *   v'     = b2 v + (1-b2) g^2     v starts at 0
 *   theta' = theta - alpha_t b (b1 m' + (1-b1) g) / (sqrt(v') + eps)
 */
#include "optimizer/moments.h"

FL_OPTIMIZER_PASS pass(size_t n, float *restrict theta, const float *restrict g, float *restrict m, float *restrict v,
                       fl_optimizer_moments c)
{
    for (size_t i = 0; i < n; i++) {
        float new_g = c.one_minus_b1 * g[i];
        m[i] = c.b1 * m[i] + new_g;
        v[i] = c.b2 * v[i] + c.one_minus_b2 * (g[i] * g[i]);
        theta[i] -= c.alpha_b * (c.b1 * m[i] + new_g) / (sqrtf(v[i] + c.e_i) + c.e_o);
    }
}

static void step(fl_optimizer_update *update)
{
    pass(update->layout->count, update->parameters, update->gradient, update->state[0], update->state[1],
         fl_optimizer_moments_of(update));
}

const fl_optimizer fl_optimizer_nadam = {
    .entry = { "nadam", "Adam that looks one mean gradient ahead", "Dozat 2016; Choi et al. 2019" },
    .hypers = fl_optimizer_moment_hypers,
    .n_hypers = FL_OPTIMIZER_MOMENT_HYPERS,
    .n_states = 2,
    .elementwise = true,
    .step = step,
    .includes = { { &fl_optimizer_nesterov, "epsilon large", fl_optimizer_moments_map } },
};
