/* Pipeline parallelism (Huang et al. 2019, GPipe): each of V workers has some neighbouring layers, and every step's
 * batch runs through all of them in micro-batches (the trial's micro_batch), forward and then backward. One gradient
 * comes of it, with the bits of one worker who adds up the same micro-batches.
 *
 * Where a stage ends is listed as how many layers of the model lie before the cut, or left to the trainer, which
 * balances their operations.
 */
#include "method/method_pipeline.h"

#include <math.h>

#define CUT(NUMBER)                                                                                                    \
    {                                                                                                                  \
        "cut_" #NUMBER, "layers of the model before cut " #NUMBER "; 0: balanced by operations", FL_HYPER_INTEGER, 0,  \
            .min = 0, .max = HUGE_VAL                                                                                  \
    }

static const fl_hyper hypers[] = {
    [FL_METHOD_STAGE_SECONDS] = { "compute", "virtual seconds of a batch on one worker", FL_HYPER_LOG, 1, .min = 0,
                                  .max = 86400, .min_open = true },
    [FL_METHOD_CUTS] = CUT(1),
    CUT(2),
    CUT(3),
    CUT(4),
    CUT(5),
    CUT(6),
    CUT(7),
};

size_t fl_method_pipeline_cuts(const double *values)
{
    size_t n = 0;
    while (n < FL_METHOD_MOST_CUTS && values[FL_METHOD_CUTS + n] > 0) n++;
    return n;
}

/* Each behind the one before, without a gap. */
static bool accepts(const double *values, bool keeps_own, fl_error *error)
{
    const double *cuts = values + FL_METHOD_CUTS;
    for (size_t i = 1; i < FL_METHOD_MOST_CUTS; i++)
        if (cuts[i] > 0 && (cuts[i - 1] == 0 || cuts[i] <= cuts[i - 1]))
            return fl_error_user(error, "parallel.cut_%zu = %.10g must follow a smaller parallel.cut_%zu, not %.10g",
                                 i + 1, cuts[i], i, cuts[i - 1]);
    return true;
}

const fl_method fl_method_pipeline = {
    .entry = { "pipeline", "each worker some neighbouring layers; micro-batches run through them one behind the other",
               "Huang et al. 2019" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .rules = FL_METHOD_ANY_RULE,
    .accepts = accepts,
};
