/* Half a cosine from the first rate to the last (Loshchilov and Hutter 2017, without restarts).
 *
 *   factor(t) = f + (1-f) (1 + cos(pi t / T)) / 2
 */
#include "base/exact.h"
#include "schedule/rows.h"

enum { WARMUP_STEPS, END_FACTOR };

static double factor(const fl_schedule_context *context)
{
    const double pi = 3.141592653589793;
    return fl_schedule_between(context->hyper[END_FACTOR],
                               (1 + fl_exact_cos(pi * fl_schedule_progress(context, 1))) / 2);
}

static const fl_hyper hypers[] = { FL_SCHEDULE_WARMUP_STEPS, FL_SCHEDULE_END_FACTOR(0) };

const fl_schedule fl_schedule_cosine = {
    .entry = { "cosine", "half a cosine from the first rate to end_factor", "Loshchilov and Hutter 2017" },
    .tuned = "nothing but the rate; end_factor stays 0 (Loshchilov and Hutter 2017)",
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .factor = factor,
};
