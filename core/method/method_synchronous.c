/* Synchronous data parallelism: each of V workers computes the gradient of its share of the batch, a contiguous block
 * of rows; the shares' mean gradient makes one step.
 */
#include "method/method.h"

enum { BATCH_NORM };
enum { PER_WORKER, SYNCHRONISED };

static const char *const batch_norms[] = { "per_worker", "synchronised", NULL };

static const fl_hyper hypers[] = {
    [BATCH_NORM] = { "batch_norm", "whose statistics: of a worker's share, or of the whole batch", FL_HYPER_CHOICE,
                     PER_WORKER, .min = PER_WORKER, .max = SYNCHRONISED, .choices = batch_norms },
};

static bool shares_statistics(const double *values)
{
    return values[BATCH_NORM] == SYNCHRONISED;
}

const fl_method fl_method_synchronous = {
    .entry = { "synchronous", "each worker a share of every batch; one step by the mean of their gradients",
               "Chen et al. 2016" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .shares_batch = true,
    .shares_statistics = shares_statistics,
    .rules = FL_METHOD_ANY_RULE,
};
