/* Decay like 1/sqrt(t), the Transformer's (Vaswani et al. 2017). It does not ask how long the trial will be.
 *
 *   factor(t) = 1 / sqrt(1 + t/s)
 *
 * With warmup_steps = s, the rate at step t after the warm-up is sqrt(s/t) of the highest: Vaswani's formula, whose own
 * count starts at 1.
 */
#include "schedule/rows.h"

enum { WARMUP_STEPS, TIMESCALE };

static double factor(const fl_schedule_context *context)
{
    return 1 / sqrt(1 + (double)context->step / context->hyper[TIMESCALE]);
}

static const fl_hyper hypers[] = {
    FL_SCHEDULE_WARMUP_STEPS,
    { "timescale", "s, in steps; warmup_steps = s is the Transformer's schedule", FL_HYPER_LOG, 1000, .min = 0,
      .min_open = true, .max = HUGE_VAL },
};

const fl_schedule fl_schedule_inverse_sqrt = {
    .entry = { "inverse_sqrt", "decay like 1/sqrt(t) with a timescale in steps", "Vaswani et al. 2017" },
    .tuned = "timescale together with warmup_steps (Vaswani et al. 2017: both 4000)",
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .factor = factor,
};
