/* LAMB: AdamW with a rate for each block by the ratio of its norms (You et al. 2020); a block is a tensor. moments.h
 * has b and the places of epsilon.
 *
 *   m'     = b1 m + (1-b1) g                       m starts at 0
 *   v'     = b2 v + (1-b2) g^2                     v starts at 0
 *   r      = b m' / (sqrt(v') + eps) + wd theta
 *   theta' = theta - eta_t norm(theta) / norm(r) r      the ratio is 1 where theta or r is zero
 */
#include "optimizer/moments.h"

FL_OPTIMIZER_PASS direct(size_t n, const float *restrict theta, const float *restrict g, float *restrict m,
                         float *restrict v, float *restrict r, fl_optimizer_moments c, float decay)
{
    for (size_t i = 0; i < n; i++) {
        m[i] = c.b1 * m[i] + c.one_minus_b1 * g[i];
        v[i] = c.b2 * v[i] + c.one_minus_b2 * (g[i] * g[i]);
        r[i] = c.alpha_b * m[i] / (sqrtf(v[i] + c.e_i) + c.e_o) + decay * theta[i];
    }
}

FL_OPTIMIZER_PASS pass(size_t n, float *restrict theta, const float *restrict r, float eta)
{
    for (size_t i = 0; i < n; i++) theta[i] -= eta * r[i];
}

static fl_optimizer_own own(const fl_optimizer_update *update)
{
    const fl_tensor_layout *layout = update->layout;
    size_t most = 0;
    for (size_t i = 0; i < layout->n_tensors; i++)
        if (layout->tensors[i].count > most) most = layout->tensors[i].count;
    return (fl_optimizer_own){ .scratch = most };
}

static void move(const fl_optimizer_update *update, const fl_tensor *tensor, fl_optimizer_moments c)
{
    size_t n = tensor->count, at = tensor->offset;
    float *theta = update->parameters + at, *r = update->scratch;
    double decay = fl_optimizer_decay(update, tensor, update->hyper[FL_OPTIMIZER_WEIGHT_DECAY]);
    direct(n, theta, update->gradient + at, update->state[0] + at, update->state[1] + at, r, c, (float)decay);
    double of_theta = sqrt(fl_optimizer_square(theta, n)), of_r = sqrt(fl_optimizer_square(r, n));
    pass(n, theta, r, fl_optimizer_finite(of_theta > 0 && of_r > 0 ? update->rate * of_theta / of_r : update->rate));
}

static void step(fl_optimizer_update *update)
{
    fl_optimizer_update whole = *update;
    whole.rate = 1; /* r is without the rate */
    fl_optimizer_moments c = fl_optimizer_moments_of(&whole);
    for (size_t i = 0; i < update->layout->n_tensors; i++) move(update, &update->layout->tensors[i], c);
}

static const fl_hyper hypers[] = { FL_OPTIMIZER_MOMENT_ROWS(FL_OPTIMIZER_KINGMA), FL_OPTIMIZER_DECAY(0.01) };

const fl_optimizer fl_optimizer_lamb = {
    .entry = { "lamb", "AdamW with a rate for each tensor by the ratio of its norms", "You et al. 2020" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .n_states = 2,
    .own = own,
    .step = step,
};
