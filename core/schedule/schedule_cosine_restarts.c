/* Cosines that start again (Loshchilov and Hutter 2017): the steps are cut into `cycles` equal parts, and in each the
 * rate falls from the first to the last by half a cosine. At the end of each a snapshot may be taken (Huang et al.
 * 2017).
 *
 *   factor(t) = f + (1-f) (1 + cos(pi u)) / 2,   u = the fractional part of cycles t / T
 */
#include "base/exact.h"
#include "schedule/rows.h"

enum { WARMUP_STEPS, CYCLES, END_FACTOR };

static size_t cycle(const fl_schedule_context *context)
{
    return (size_t)floor(context->hyper[CYCLES] * fl_schedule_progress(context, 1));
}

static double factor(const fl_schedule_context *context)
{
    const double pi = 3.141592653589793;
    double cycles = context->hyper[CYCLES] * fl_schedule_progress(context, 1);
    return fl_schedule_between(context->hyper[END_FACTOR], (1 + fl_exact_cos(pi * (cycles - floor(cycles)))) / 2);
}

static const fl_hyper hypers[] = {
    FL_SCHEDULE_WARMUP_STEPS,
    { .name = "cycles",
      .help = "how often the rate falls",
      .scale = FL_HYPER_INTEGER,
      .default_value = 5,
      .min = 1,
      .max = HUGE_VAL },
    FL_SCHEDULE_END_FACTOR(0),
};

const fl_schedule fl_schedule_cosine_restarts = {
    .entry = { "cosine_restarts", "half a cosine again and again", "Loshchilov and Hutter 2017" },
    .tuned = "the rate and the number of cycles",
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .rises = true,
    .cycle = cycle,
    .factor = factor,
};
