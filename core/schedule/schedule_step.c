/* A staircase: the rate falls by the same factor each time a fixed share of the steps has passed.
 *
 *   factor(t) = drop^floor(t / P),   P = every T, rounded to whole steps
 */
#include "base/exact.h"
#include "schedule/rows.h"

enum { WARMUP_STEPS, DROP, EVERY };

static double factor(const fl_rate_question *question)
{
    double period = fmax(floor(question->hyper[EVERY] * (double)question->steps + 0.5), 1);
    return fl_pow(question->hyper[DROP], floor((double)question->step / period));
}

/* A tenth at each third: epochs 30 and 60 of 90, torchvision's reference for ImageNet. */
static const fl_hyper hypers[] = {
    FL_SCHEDULE_WARMUP_STEPS,
    { "drop", "what the rate is multiplied by at each stair", FL_LOG, 0.1, .min = 0, .min_open = true, .max = 1 },
    { "every", "the share of the steps that a stair is long", FL_LINEAR, 1.0 / 3, .min = 0, .min_open = true,
      .max = 1 },
};

const fl_schedule fl_schedule_step = {
    .entry = { "step", "a staircase: times `drop` after each `every` of the steps", "He et al. 2016" },
    .tuned = "where the stairs lie; drop stays 0.1 (He et al. 2016: at 1/2 and 3/4 of the steps on CIFAR-10)",
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .factor = factor,
};
