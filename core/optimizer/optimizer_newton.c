/* Newton's method, damped: the gradient through the inverse Hessian H of the mean loss (Nocedal and Wright 2006).
 *
 *   theta' = theta - eta_t (H + damping I)^-1 g
 */
#include "optimizer/curved.h"

static void step(fl_optimizer_update *update)
{
    fl_optimizer_curved_step(update, FL_OPTIMIZER_HESSIAN);
}

static fl_optimizer_wants wants(const double *hyper)
{
    return fl_optimizer_curved_wants(hyper, FL_OPTIMIZER_HESSIAN);
}

const fl_optimizer fl_optimizer_newton = {
    .entry = { "newton", "the gradient through the inverse Hessian, damped", "Nocedal and Wright 2006" },
    .hypers = fl_optimizer_curved_hypers,
    .n_hypers = FL_OPTIMIZER_CURVED_HYPERS,
    .wants = wants,
    .step = step,
    FL_OPTIMIZER_CURVED_PARTS,
};
