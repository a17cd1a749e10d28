/* Krizhevsky's trick (2014): convolutions have most of the arithmetic and few parameters, dense layers most of the
 * parameters and little arithmetic. So up to the first dense layer that V workers divide each computes its share of
 * the batch with all parameters; from there on each has a part of every dense layer and computes
 *
 *   scheme a   the whole batch, which all assemble from everybody's activations
 *   scheme b   one worker's share after the other, while the next is on its way
 *
 * One synchronous step comes of either: the gradients of all shares are averaged before parameters move.
 */
#include "method/method_one_weird_trick.h"
#include "method/method.h"

static const char *const schemes[] = { "a", "b", NULL };

static const fl_hyper hypers[] = {
    [FL_METHOD_SCHEME] = { "scheme", "dense layers see the whole batch (a), or one worker's share after the other (b)",
                           FL_HYPER_CHOICE, FL_METHOD_SCHEME_A, .min = FL_METHOD_SCHEME_A, .max = FL_METHOD_SCHEME_B,
                           .choices = schemes },
};

static bool assembles(const double *values)
{
    return values[FL_METHOD_SCHEME] == FL_METHOD_SCHEME_A;
}

const fl_method fl_method_one_weird_trick = {
    .entry = { "one_weird_trick",
               "each worker a share of the batch up to the dense layers, and a part of each of those",
               "Krizhevsky 2014" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .shares_batch = true,
    .rules = FL_METHOD_ELEMENTWISE,
    .dense = FL_METHOD_DENSE_OUTPUTS,
    .assembles = assembles,
};
