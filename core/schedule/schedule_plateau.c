/* Reduce the rate when the validation loss no longer falls: PyTorch's ReduceLROnPlateau (mode "min", threshold_mode
 * "rel"), as a pure function of every loss so far.
 *
 * A loss below (1 - threshold) best is the new best and ends a count of bad evaluations; more than `patience` bad ones
 * multiply the factor by `drop`, and the next `cooldown` evaluations are not counted.
 */
#include "schedule/rows.h"

enum { WARMUP_STEPS, DROP, PATIENCE, THRESHOLD, COOLDOWN, MIN_FACTOR };

typedef struct progress {
    double factor, best, n_bad, n_cooling;
} progress;

/* A NaN is no improvement. */
static void take(progress *w, double loss, const double *hyper)
{
    bool better = loss < w->best * (1 - hyper[THRESHOLD]);
    if (better) w->best = loss;
    w->n_bad = better || w->n_cooling > 0 ? 0 : w->n_bad + 1;
    if (w->n_cooling > 0) w->n_cooling--;
    if (w->n_bad <= hyper[PATIENCE]) return;
    w->factor = fmax(w->factor * hyper[DROP], hyper[MIN_FACTOR]);
    w->n_cooling = hyper[COOLDOWN];
    w->n_bad = 0;
}

static double factor(const fl_schedule_context *context)
{
    progress w = { .factor = 1, .best = HUGE_VAL };
    for (size_t i = 0; i < context->history.n; i++) take(&w, context->history.val_losses[i], context->hyper);
    return w.factor;
}

/* PyTorch's defaults, but for its patience of 10: a trial has 20 evaluations by default. */
static const fl_hyper hypers[] = {
    FL_SCHEDULE_WARMUP_STEPS,
    { "drop", "factor of the rate at each drop", FL_HYPER_LOG, 0.1, .min = 0, .min_open = true, .max = 1 },
    { "patience", "evaluations without improvement that are tolerated; the next one drops the rate", FL_HYPER_INTEGER,
      3, .min = 0, .max = HUGE_VAL },
    { "threshold", "relative fall of the loss that counts as an improvement", FL_HYPER_LOG, 1e-4, .min = 0, .max = 1,
      .max_open = true },
    { "cooldown", "evaluations after a drop that are not counted", FL_HYPER_INTEGER, 0, .min = 0, .max = HUGE_VAL },
    { "min_factor", "the factor never falls below this", FL_HYPER_LOG, 0, .min = 0, .max = 1 },
};

const fl_schedule fl_schedule_plateau = {
    .entry = { "plateau",
               "multiply the rate by `drop` when the validation loss has not fallen for `patience` evaluations",
               "PyTorch's ReduceLROnPlateau" },
    .tuned = "drop and patience; the schedule itself looks at validation, so it costs evaluations",
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .factor = factor,
};
