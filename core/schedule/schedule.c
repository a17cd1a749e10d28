/* The warm-up that schedules share (linear, as in Goyal et al. 2017). */
#include "schedule/schedule.h"
#include "schedule/rows.h"

/* The context counted from the end of the warm-up: its steps and the losses during it are left out. */
static fl_schedule_context after_warmup(const fl_schedule_context *context, size_t warmup)
{
    fl_schedule_context rest = *context;
    rest.steps -= warmup;
    rest.step = context->step > warmup ? context->step - warmup : 0;
    while (rest.history.n && *rest.history.steps <= warmup) {
        rest.history.steps++;
        rest.history.val_losses++;
        rest.history.n--;
    }
    return rest;
}

double fl_schedule_rate(const fl_schedule *schedule, const fl_schedule_context *context)
{
    if (schedule->absolute) return schedule->factor(context);
    size_t warmup = (size_t)context->hyper[FL_SCHEDULE_WARMUP];
    fl_schedule_context rest = after_warmup(context, warmup);
    double risen = context->step < warmup ? (double)(context->step + 1) / (double)warmup : 1;
    return context->learning_rate * risen * schedule->factor(&rest);
}

static size_t cycle_before(const fl_schedule *schedule, const fl_schedule_context *context, size_t step)
{
    fl_schedule_context at = *context;
    at.step = step;
    at.history.n = 0;
    at = after_warmup(&at, (size_t)context->hyper[FL_SCHEDULE_WARMUP]);
    return schedule->cycle(&at);
}

bool fl_schedule_ends_cycle(const fl_schedule *schedule, const fl_schedule_context *context, size_t done)
{
    return schedule->cycle && cycle_before(schedule, context, done) > cycle_before(schedule, context, done - 1);
}

static bool accepts_rates(const fl_schedule_context *context, fl_error *error)
{
    if (context->n_rates < context->steps)
        return fl_error_user(error, "schedule 'list' has %zu rates for %zu steps", context->n_rates, context->steps);
    for (size_t i = 0; i < context->n_rates; i++)
        if (!isfinite(context->rates[i]) || context->rates[i] < 0)
            return fl_error_user(error, "rate %zu of schedule 'list' is %.10g; it must be a number of at least 0",
                                 i + 1, context->rates[i]);
    return true;
}

bool fl_schedule_accepts(const fl_schedule *schedule, const fl_schedule_context *context, fl_error *error)
{
    if (schedule->absolute) return accepts_rates(context, error);
    double warmup = context->hyper[FL_SCHEDULE_WARMUP];
    if (warmup < (double)context->steps) return true;
    return fl_error_user(error, "warmup_steps = %.10g leaves nothing of %zu steps for schedule '%s'", warmup,
                         context->steps, schedule->entry.name);
}
