/* What the parts of a running trial share: noting an evaluation, the rate, and the lap timer. */
#include "train/run.h"
#include "base/clock.h"

void fl_train_run_note_point(fl_train_run *run)
{
    size_t n = run->outcome->n_points++;
    const fl_trial_point *point = &run->outcome->points[n];
    run->history_steps[n] = point->step;
    run->history_losses[n] = point->of[FL_TRIAL_VAL_LOSS];
    if (run->callbacks && run->callbacks->evaluated) run->callbacks->evaluated(run->callbacks->user, point);
}

double fl_train_run_rate(fl_train_run *run)
{
    run->context.step = run->step;
    run->context.history = (fl_schedule_history){ run->history_steps, run->history_losses, run->outcome->n_points };
    return fl_schedule_rate(run->trial->owners.schedule, &run->context);
}

void fl_train_run_end_lap(fl_train_run *run, double *part)
{
    double now = fl_clock_seconds();
    *part += now - run->lap;
    run->lap = now;
}
