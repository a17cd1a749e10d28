/* What a finished evaluation means to the rest of the trial. */
#include "train/run.h"

void fl_train_run_note_point(fl_train_run *run)
{
    size_t n = run->outcome->n_points++;
    const fl_trial_point *point = &run->outcome->points[n];
    run->history_steps[n] = point->step;
    run->history_losses[n] = point->of[FL_TRIAL_VAL_LOSS];
    if (run->callbacks && run->callbacks->evaluated) run->callbacks->evaluated(run->callbacks->user, point);
}
