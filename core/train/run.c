/* What the parts of a running trial share: noting an evaluation, and the lap timer. */
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

void fl_train_run_end_lap(fl_train_run *run, double *part)
{
    double now = fl_clock_seconds();
    *part += now - run->lap;
    run->lap = now;
}
