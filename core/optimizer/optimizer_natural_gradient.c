/* Natural gradient descent (Amari 1998): the gradient through the inverse Fisher matrix F of the outputs' distribution.
 *
 *   theta' = theta - eta_t (F + damping I)^-1 g
 *
 * F is the mean of grad log p grad log p^T, expected over the targets that the outputs predict (exact), by one drawn
 * for each example (sampled), or by the true ones (empirical), which is no Fisher matrix (Kunstner et al. 2019).
 */
#include "optimizer/curved.h"

enum { FISHER = FL_OPTIMIZER_CURVED_HYPERS };

static const fl_optimizer_curvature kinds[] = { FL_OPTIMIZER_FISHER, FL_OPTIMIZER_FISHER_SAMPLED,
                                                FL_OPTIMIZER_FISHER_EMPIRICAL };

static void step(fl_optimizer_update *update)
{
    fl_optimizer_curved_step(update, kinds[(size_t)update->hyper[FISHER]]);
}

static fl_optimizer_wants wants(const double *hyper)
{
    return fl_optimizer_curved_wants(hyper, kinds[(size_t)hyper[FISHER]]);
}

static const char *const fishers[] = { "exact", "sampled", "empirical", NULL };

static const fl_hyper hypers[] = {
    FL_OPTIMIZER_CURVED_ROWS,
    { "fisher", "over all targets the outputs predict, one drawn for each example, or the true ones", FL_HYPER_CHOICE,
      0, .max = 2, .choices = fishers },
};

const fl_optimizer fl_optimizer_natural_gradient = {
    .entry = { "natural_gradient", "the gradient through the inverse Fisher matrix", "Amari 1998" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .wants = wants,
    .step = step,
    FL_OPTIMIZER_CURVED_PARTS,
};
