/* What a finished evaluation means to the rest of the trial. */
#include "train/run.h"

void fl_train_run_tell(fl_train_run *run)
{
    size_t n = run->outcome->n_points++;
    const fl_trial_point *point = &run->outcome->points[n];
    run->told_steps[n] = point->step;
    run->told_losses[n] = point->of[FL_TRIAL_VAL_LOSS];
    if (run->watch && run->watch->evaluated) run->watch->evaluated(run->watch->whose, point);
}
