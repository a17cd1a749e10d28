/* Exponential decay: the same share of the rate is lost at every step.
 *
 *   factor(t) = f^(t/T)
 */
#include "base/exact.h"
#include "schedule/rows.h"

enum { WARMUP_STEPS, END_FACTOR };

static double factor(const fl_schedule_context *context)
{
    return fl_exact_pow(context->hyper[END_FACTOR], fl_schedule_progress(context, 1));
}

static const fl_hyper hypers[] = {
    FL_SCHEDULE_WARMUP_STEPS,
    { "end_factor", "f, the last rate over the first", FL_HYPER_LOG, 1e-2, .min = 0, .min_open = true, .max = 1 },
};

const fl_schedule fl_schedule_exponential = {
    .entry = { "exponential", "exponential decay down to end_factor", "" },
    .tuned = "end_factor, on a log axis",
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .factor = factor,
};
