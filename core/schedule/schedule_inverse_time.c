/* Decay like 1/t, the classical condition for convergence under noise (Robbins and Monro 1951). It does not ask how
 * long the trial will be.
 *
 *   factor(t) = 1 / (1 + t/s)
 */
#include "schedule/rows.h"

enum { WARMUP_STEPS, TIMESCALE };

static double factor(const fl_schedule_context *context)
{
    return 1 / (1 + (double)context->step / context->hyper[TIMESCALE]);
}

static const fl_hyper hypers[] = {
    FL_SCHEDULE_WARMUP_STEPS,
    { "timescale", "s, the steps after which the rate has halved", FL_HYPER_LOG, 1000, .min = 0, .min_open = true,
      .max = HUGE_VAL },
};

const fl_schedule fl_schedule_inverse_time = {
    .entry = { "inverse_time", "decay like 1/t with a timescale in steps", "Robbins and Monro 1951; Bottou 2012" },
    .tuned = "timescale, on a log axis around the step budget (Bottou 2012 ties it to the rate and the regulariser)",
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .factor = factor,
};
