/* The same rate at every step.
 *
 *   factor(t) = 1
 */
#include "schedule/rows.h"

static double factor(const fl_schedule_context *context)
{
    return 1;
}

static const fl_hyper hypers[] = { FL_SCHEDULE_WARMUP_STEPS };

const fl_schedule fl_schedule_constant = {
    .entry = { "constant", "the same rate at every step", "" },
    .tuned = "nothing but the rate (the \"constant rate\" rows of Choi et al. 2019)",
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .factor = factor,
};
