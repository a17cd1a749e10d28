/* Tensor parallelism (Shoeybi et al. 2019, Megatron-LM): V workers divide dense layers. Of a pair with nothing but
 * functions of one number between them the first is divided by its outputs and the second by its inputs, so that only
 * the second one's sum crosses between workers. All else every worker computes whole.
 */
#include "method/method.h"

const fl_method fl_method_tensor = {
    .entry = { "tensor", "each worker a part of every dense layer, by outputs and then by inputs",
               "Shoeybi et al. 2019" },
    .rules = FL_METHOD_ELEMENTWISE,
    .dense = FL_METHOD_DENSE_PAIRS,
};
