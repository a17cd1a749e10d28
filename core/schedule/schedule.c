/* The warm-up that schedules share (linear, as in Goyal et al. 2017). */
#include "schedule/schedule.h"
#include "schedule/rows.h"

/* The question as it stands after the warm-up: its steps, and what was told during it, are left out. */
static fl_schedule_context after_warmup(const fl_schedule_context *question, size_t warmup)
{
    fl_schedule_context rest = *question;
    rest.steps -= warmup;
    rest.step = question->step > warmup ? question->step - warmup : 0;
    while (rest.told.n && *rest.told.steps <= warmup) {
        rest.told.steps++;
        rest.told.val_losses++;
        rest.told.n--;
    }
    return rest;
}

double fl_schedule_rate(const fl_schedule *schedule, const fl_schedule_context *question)
{
    if (schedule->absolute) return schedule->factor(question);
    size_t warmup = (size_t)question->hyper[FL_SCHEDULE_WARMUP];
    fl_schedule_context rest = after_warmup(question, warmup);
    double risen = question->step < warmup ? (double)(question->step + 1) / (double)warmup : 1;
    return question->learning_rate * risen * schedule->factor(&rest);
}

static bool accepts_rates(const fl_schedule_context *question, fl_error *error)
{
    if (question->n_rates < question->steps)
        return fl_error_user(error, "schedule 'list' has %zu rates for %zu steps", question->n_rates, question->steps);
    for (size_t i = 0; i < question->n_rates; i++)
        if (!isfinite(question->rates[i]) || question->rates[i] < 0)
            return fl_error_user(error, "rate %zu of schedule 'list' is %.10g; it must be a number of at least 0",
                                 i + 1, question->rates[i]);
    return true;
}

bool fl_schedule_accepts(const fl_schedule *schedule, const fl_schedule_context *question, fl_error *error)
{
    if (schedule->absolute) return accepts_rates(question, error);
    double warmup = question->hyper[FL_SCHEDULE_WARMUP];
    if (warmup < (double)question->steps) return true;
    return fl_error_user(error, "warmup_steps = %.10g leaves nothing of %zu steps for schedule '%s'", warmup,
                         question->steps, schedule->entry.name);
}
