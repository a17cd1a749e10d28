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

static const fl_hyper hypers[] = { FL_OPTIMIZER_CURVED_ROWS };

const fl_optimizer fl_optimizer_newton = {
    .entry = { "newton", "the gradient through the inverse Hessian, damped", "Nocedal and Wright 2006" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .asks_again = true,
    .canonical = true,
    .dense = true,
    .own = fl_optimizer_curved_own,
    .wants = wants,
    .accepts = fl_optimizer_curved_accepts,
    .step = step,
    .includes = { { &fl_optimizer_sgd, "damping large", fl_optimizer_curved_map_sgd } },
};
