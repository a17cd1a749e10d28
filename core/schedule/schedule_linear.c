/* Linear decay to a fraction of the first rate, then constant (Shallue et al. 2018).
 *
 *   factor(t) = f + (1-f) (1 - min(t / T_d, 1)),   T_d = decay_fraction T
 */
#include "schedule/rows.h"

enum { WARMUP_STEPS, DECAY_FRACTION, END_FACTOR };

static double factor(const fl_schedule_context *context)
{
    const double *hyper = context->hyper;
    return fl_schedule_between(hyper[END_FACTOR], 1 - fl_schedule_progress(context, hyper[DECAY_FRACTION]));
}

/* The end: the middle of the values Choi et al. 2019 tune over. */
static const fl_hyper hypers[] = {
    FL_SCHEDULE_WARMUP_STEPS,
    FL_SCHEDULE_DECAY_FRACTION,
    FL_SCHEDULE_END_FACTOR(1e-2),
};

const fl_schedule fl_schedule_linear = {
    .entry = { "linear", "linear decay to end_factor over decay_fraction of the steps, then constant",
               "Shallue et al. 2018; Choi et al. 2019" },
    .tuned = "decay_fraction in [0.5, 1] and end_factor in {1e-3, 1e-2, 1e-1} (Choi et al. 2019)",
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .factor = factor,
};
