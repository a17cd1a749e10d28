/* RAdam: Adam that waits until its mean square means something (Liu et al. 2020), as PyTorch has it; moments.h has b
 * and the places of epsilon.
 *
 *   m'     = b1 m + (1-b1) g       m starts at 0
 *   v'     = b2 v + (1-b2) g^2     v starts at 0
 *   rho_oo = 2/(1-b2) - 1,  rho_t = rho_oo - 2 (t+1) b2^(t+1) / (1 - b2^(t+1))
 *   r_t    = sqrt((rho_t-4) (rho_t-2) rho_oo / ((rho_oo-4) (rho_oo-2) rho_t))
 *   theta' = theta - eta_t r_t b m' / (sqrt(v') + eps)         where rho_t > 5
 *   theta' = theta - eta_t m' / (1 - b1^(t+1))                 before
 *
 * The root is sqrt(of_v v' + e_i) + e_o: with of_v and e_i 0 and e_o 1 it is 1, so one pass serves both.
 */
#include "base/exact.h"
#include "optimizer/moments.h"

FL_OPTIMIZER_PASS pass(size_t n, float *restrict theta, const float *restrict g, float *restrict m, float *restrict v,
                       fl_optimizer_moments c, float of_v)
{
    for (size_t i = 0; i < n; i++) {
        m[i] = c.b1 * m[i] + c.one_minus_b1 * g[i];
        v[i] = c.b2 * v[i] + c.one_minus_b2 * (g[i] * g[i]);
        theta[i] -= c.alpha_b * m[i] / (sqrtf(of_v * v[i] + c.e_i) + c.e_o);
    }
}

/* r_t, or 0 where the variance is not tractable. */
static double rectification(double b2, double steps)
{
    double power = fl_exact_pow(b2, steps), all = 2 / (1 - b2) - 1, now = all - 2 * steps * power / (1 - power);
    return now > 5 ? sqrt((now - 4) * (now - 2) * all / ((all - 4) * (all - 2) * now)) : 0;
}

static void step(fl_optimizer_update *update)
{
    const double *hyper = update->hyper;
    double steps = (double)update->step + 1, r = rectification(hyper[FL_OPTIMIZER_BETA2], steps);
    fl_optimizer_update scaled = *update;
    if (r > 0) scaled.rate *= r;
    fl_optimizer_moments c = fl_optimizer_moments_of(&scaled);
    if (!(r > 0)) {
        c.alpha_b = (float)(update->rate / (1 - fl_exact_pow(hyper[FL_OPTIMIZER_BETA1], steps)));
        c.e_i = 0;
        c.e_o = 1;
    }
    pass(update->layout->count, update->parameters, update->gradient, update->state[0], update->state[1], c, r > 0);
}

const fl_optimizer fl_optimizer_radam = {
    .entry = { "radam", "Adam that waits until its mean square means something", "Liu et al. 2020" },
    .hypers = fl_optimizer_moment_hypers,
    .n_hypers = FL_OPTIMIZER_MOMENT_HYPERS,
    .n_states = 2,
    .elementwise = true,
    .step = step,
};
