/* Linear decay bent by a power, then constant.
 *
 *   factor(t) = f + (1-f) (1 - min(t / T_d, 1))^p,   T_d = decay_fraction T
 */
#include "base/exact.h"
#include "schedule/rows.h"

enum { WARMUP_STEPS, POWER, DECAY_FRACTION, END_FACTOR };

static double factor(const fl_schedule_context *context)
{
    const double *hyper = context->hyper;
    double left = 1 - fl_schedule_progress(context, hyper[DECAY_FRACTION]);
    return fl_schedule_between(hyper[END_FACTOR], fl_exact_pow(left, hyper[POWER]));
}

/* The power: You et al. 2017. */
static const fl_hyper hypers[] = {
    FL_SCHEDULE_WARMUP_STEPS,
    { "power", "p; 1 is schedule linear", FL_HYPER_LOG, 2, .min = 0, .min_open = true, .max = HUGE_VAL },
    FL_SCHEDULE_DECAY_FRACTION,
    FL_SCHEDULE_END_FACTOR(0),
};

const fl_schedule fl_schedule_polynomial = {
    .entry = { "polynomial", "decay by a power of the steps that are left, down to end_factor", "You et al. 2017" },
    .tuned = "nothing but the rate; power stays 2 (You et al. 2017)",
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .factor = factor,
};
