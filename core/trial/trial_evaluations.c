/* When a trial is evaluated, and what an evaluation looks at.
 *
 * With a ratio r the evaluations follow steps 1, s(1), s(2), ... with s(i+1) = max(s(i) + 1, ceil(r s(i))): every step
 * at first, then ever fewer, so that a run of any length is seen as finely on a log scale.
 */
#include "trial/trial.h"

#include <math.h>

static const char *const tests[FL_TRIAL_TESTS + 1] = {
    [FL_TRIAL_TEST_ALL] = "all",
    [FL_TRIAL_TEST_FINAL] = "final",
    [FL_TRIAL_TEST_BEST_VAL_LOSS] = "best_val_loss",
    [FL_TRIAL_TEST_BEST_VAL_ERROR] = "best_val_error",
};

const char *fl_trial_test_name(fl_trial_test test)
{
    return tests[test];
}

bool fl_trial_test_find(const char *name, fl_trial_test *test, fl_error *error)
{
    size_t index;
    bool found = fl_entry_choose(tests, "evaluations of the test set", name, &index, error);
    *test = (fl_trial_test)index;
    return found;
}

/* A ratio may be so large that no step is that far; a step beyond every trial's last will do. */
static size_t next_of(const fl_trial *trial, size_t step)
{
    double far = fmin(ceil(trial->eval_ratio * (double)step), (double)FL_TRIAL_SEED_MAX);
    return far > (double)step + 1 ? (size_t)far : step + 1;
}

bool fl_trial_evaluates(const fl_trial *trial, size_t before, size_t done)
{
    if (!trial->eval_every) return false;
    if (!(trial->eval_ratio > 0)) return done % trial->eval_every == 0;
    return done == (before ? next_of(trial, before) : 1);
}

size_t fl_trial_evaluations(const fl_trial *trial, size_t steps)
{
    size_t n = 1;
    if (!trial->eval_every || !steps) return 0;
    if (!(trial->eval_ratio > 0)) return (steps + trial->eval_every - 1) / trial->eval_every;
    for (size_t step = 1; step < steps; step = next_of(trial, step)) n++;
    return n;
}

double fl_trial_resolution(const fl_trial *trial, double step)
{
    size_t before = 0;
    if (!(trial->eval_ratio > 0)) return (double)trial->eval_every;
    if (!isfinite(step)) return 0;
    for (size_t at = 1; (double)at < step; at = next_of(trial, at)) before = at;
    return step - (double)before;
}
