/* What the parts of a running trial share: evaluations and the end, the rate, and the lap timer. */
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

bool fl_train_run_is_due(const fl_train_run *run, size_t done, bool last)
{
    const fl_outcome *outcome = run->outcome;
    size_t before = outcome->n_points ? outcome->points[outcome->n_points - 1].step : 0;
    return run->trial->eval_every && (last || fl_trial_evaluates(run->trial, before, done));
}

bool fl_train_run_loss_exceeded(const fl_train_run *run)
{
    const fl_outcome_first_losses *first = &run->outcome->first_losses;
    return run->trial->stop_above > 0 && first->n && run->loss > run->trial->stop_above * first->of[0];
}

bool fl_train_run_may_end(const fl_train_run *run)
{
    size_t done = run->step + 1;
    return done == run->trial->steps || fl_train_run_loss_exceeded(run) ||
           (run->trial->patience.evaluations && fl_train_run_is_due(run, done, false));
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
