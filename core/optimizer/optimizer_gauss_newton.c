/* Gauss and Newton's method, damped: G = J^T L J, J the outputs' derivative and L the loss's curvature, which for
 * convex losses is never negative (Schraudolph 2002; Martens 2010).
 *
 *   theta' = theta - eta_t (G + damping I)^-1 g
 */
#include "optimizer/curved.h"

static void step(fl_optimizer_update *update)
{
    fl_optimizer_curved_step(update, FL_OPTIMIZER_GGN);
}

static fl_optimizer_wants wants(const double *hyper)
{
    return fl_optimizer_curved_wants(hyper, FL_OPTIMIZER_GGN);
}

const fl_optimizer fl_optimizer_gauss_newton = {
    .entry = { "gauss_newton", "the gradient through the inverse generalised Gauss-Newton matrix",
               "Schraudolph 2002; Martens 2010" },
    .hypers = fl_optimizer_curved_hypers,
    .n_hypers = FL_OPTIMIZER_CURVED_HYPERS,
    .wants = wants,
    .step = step,
    FL_OPTIMIZER_CURVED_PARTS,
};
