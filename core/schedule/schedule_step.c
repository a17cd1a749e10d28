/* A staircase: the rate falls by the same factor each time a fixed share of the steps has passed.
 *
 *   factor(t) = drop^floor((t + 1/2) / (every T))
 *
 * The half makes stair k begin at the step nearest to k every T, so that a share rounded to 9 digits moves no stair.
 */
#include "base/exact.h"
#include "schedule/rows.h"

enum { WARMUP_STEPS, DROP, EVERY };

static double factor(const fl_schedule_context *context)
{
    double stairs = floor(((double)context->step + 0.5) / (context->hyper[EVERY] * (double)context->steps));
    return fl_exact_pow(context->hyper[DROP], stairs);
}

/* A tenth at each third: epochs 30 and 60 of 90, torchvision's reference for ImageNet. */
static const fl_hyper hypers[] = {
    FL_SCHEDULE_WARMUP_STEPS,
    { "drop", "factor of the rate at each drop", FL_HYPER_LOG, 0.1, .min = 0, .min_open = true, .max = 1 },
    { "every", "fraction of the steps from one drop to the next", FL_HYPER_LINEAR, 1.0 / 3, .min = 0, .min_open = true,
      .max = 1 },
};

const fl_schedule fl_schedule_step = {
    .entry = { "step", "step decay: multiply the rate by `drop` after every fraction `every` of the steps",
               "He et al. 2016" },
    .tuned = "when the rate drops; drop stays 0.1 (He et al. 2016: at 1/2 and 3/4 of the steps on CIFAR-10)",
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .factor = factor,
};
