/* Local SGD: each of V workers makes steps of its own, on its share of every batch; every H steps all go on from the
 * mean of their parameters.
 */
#include "method/method.h"

#include <math.h>

static const char *const states[] = { "local", "averaged", "reset", NULL };

enum { EVERY, STATE };
enum { LOCAL, AVERAGED, RESET };

static const fl_hyper hypers[] = {
    { "every", "H, steps from one averaging of the parameters to the next", FL_HYPER_INTEGER, NAN, .min = 1,
      .max = HUGE_VAL },
    { "state", "what an averaging does to the rule's state: nothing, the mean of all, or a new start", FL_HYPER_CHOICE,
      LOCAL, .min = LOCAL, .max = RESET, .choices = states },
};

/* Counts and factorisations have no mean. */
static bool accepts(const double *values, bool keeps_own, fl_error *error)
{
    if (values[STATE] != AVERAGED || !keeps_own) return true;
    return fl_error_user(error,
                         "parallel.state = averaged: the optimizer keeps numbers that have no mean; use local or "
                         "reset");
}

const fl_method fl_method_local = {
    .entry = { "local", "local SGD: workers step by themselves and average their parameters every H steps",
               "Stich 2019" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .shares_batch = true,
    .rules = FL_METHOD_NO_ASKING,
    .accepts = accepts,
};
