/* Warm up, hold, cool down: constant until the last share of the steps, which falls linearly (Xing et al. 2018;
 * "constant with cooldown", Hägele et al. 2024). The warm-up is the one common to all schedules.
 *
 *   factor(t) = f + (1-f) min((T - t) / (cooldown_fraction T), 1)
 */
#include "schedule/rows.h"

enum { WARMUP_STEPS, COOLDOWN_FRACTION, END_FACTOR };

static double factor(const fl_schedule_context *context)
{
    const double *hyper = context->hyper;
    double left = 1 - fl_schedule_progress(context, 1);
    return fl_schedule_between(hyper[END_FACTOR], fmin(left / hyper[COOLDOWN_FRACTION], 1));
}

/* The length of the cool-down: Hägele et al. 2024. */
static const fl_hyper hypers[] = {
    FL_SCHEDULE_WARMUP_STEPS,
    { "cooldown_fraction", "fraction of the steps, at the end, over which the rate decays", FL_HYPER_LINEAR, 0.2,
      .min = 0, .min_open = true, .max = 1 },
    FL_SCHEDULE_END_FACTOR(0),
};

const fl_schedule fl_schedule_trapezoidal = {
    .entry = { "trapezoidal", "hold the rate, then linear decay over the last cooldown_fraction of the steps",
               "Xing et al. 2018; Hägele et al. 2024" },
    .tuned = "cooldown_fraction in [0.1, 0.2] (Hägele et al. 2024)",
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .factor = factor,
};
