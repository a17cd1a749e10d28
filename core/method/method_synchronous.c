/* Synchronous data parallelism: each of V workers computes the gradient of its share of the batch, a contiguous block
 * of rows; the shares' mean gradient makes one step.
 */
#include "method/method.h"

const fl_method fl_method_synchronous = {
    .entry = { "synchronous", "each worker a share of every batch; one step by the mean of their gradients",
               "Chen et al. 2016" },
    .shares_batch = true,
    .rules = FL_METHOD_ANY_RULE,
};
