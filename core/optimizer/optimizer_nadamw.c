/* NAdamW: NAdam with decoupled weight decay, as AdamW has it (Loshchilov and Hutter 2019; Dozat 2016); moments.h has b
 * and the places of epsilon.
 *
 *   m'     = b1 m + (1-b1) g       m starts at 0
 *   v'     = b2 v + (1-b2) g^2     v starts at 0
 *   theta' = theta - eta_t wd theta - eta_t b (b1 m' + (1-b1) g) / (sqrt(v') + eps)
 */
#include "optimizer/moments.h"

FL_OPTIMIZER_PASS pass(size_t n, float *restrict theta, const float *restrict g, float *restrict m, float *restrict v,
                       fl_optimizer_moments c, float decay)
{
    for (size_t i = 0; i < n; i++) {
        float new_g = c.one_minus_b1 * g[i];
        m[i] = c.b1 * m[i] + new_g;
        v[i] = c.b2 * v[i] + c.one_minus_b2 * (g[i] * g[i]);
        float kept = theta[i] - decay * theta[i];
        theta[i] = kept - c.alpha_b * (c.b1 * m[i] + new_g) / (sqrtf(v[i] + c.e_i) + c.e_o);
    }
}

static void step(fl_optimizer_update *update)
{
    pass(update->layout->count, update->parameters, update->gradient, update->state[0], update->state[1],
         fl_optimizer_moments_of(update), (float)(update->rate * update->hyper[FL_OPTIMIZER_WEIGHT_DECAY]));
}

static const fl_hyper hypers[] = { FL_OPTIMIZER_MOMENT_ROWS(FL_OPTIMIZER_KINGMA), FL_OPTIMIZER_DECAY(0.01) };

const fl_optimizer fl_optimizer_nadamw = {
    .entry = { "nadamw", "NAdam with decoupled weight decay", "Dozat 2016; Loshchilov and Hutter 2019" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .n_states = 2,
    .elementwise = true,
    .step = step,
    .includes = { { &fl_optimizer_nadam, "weight_decay = 0, same epsilon_form", fl_optimizer_moments_map_decayed } },
};
