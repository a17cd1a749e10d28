/* Learning-rate schedules: pure functions of the step and of the validation losses so far.
 *
 * rate(t) = learning_rate * warm-up(t) * factor(t'). The optional warm-up is common to all but `list`: over
 * `warmup_steps` steps the rate rises linearly, (t + 1) / warmup_steps. The schedule itself runs over the steps that
 * are left, t' = t - warmup_steps of T' = T - warmup_steps (t' is 0 during the warm-up), and sees the losses from
 * then on.
 */
#ifndef FL_SCHEDULE_SCHEDULE_H
#define FL_SCHEDULE_SCHEDULE_H

#include "base/entry.h"
#include "base/hyper.h"
#include <stddef.h>

/* What a schedule may know of validation: the losses so far, oldest first. */
typedef struct fl_schedule_history {
    const size_t *steps; /* after how many steps */
    const double *val_losses;
    size_t n;
} fl_schedule_history;

typedef struct fl_schedule_context {
    const double *hyper; /* in the order of the schedule's table */
    const double *rates; /* the array of schedule `list`, else NULL */
    size_t n_rates;
    double learning_rate; /* the base rate; unused by schedule `list` */
    size_t steps;         /* the trial's step budget T */
    size_t step;          /* t, from 0 */
    fl_schedule_history history;
} fl_schedule_context;

typedef struct fl_schedule {
    fl_entry entry;
    const char *tuned;      /* what of it is usually tuned, in words with the source */
    const fl_hyper *hypers; /* named without the "schedule." prefix; warmup_steps comes first unless `absolute` */
    size_t n_hypers;
    bool rises;    /* again and again, by design */
    bool absolute; /* rates are given (`list`); learning_rate is not asked for */
    /* How often the rate has fallen to the end before this step, or after the last; NULL: it falls once. */
    size_t (*cycle)(const fl_schedule_context *context);
    double (*factor)(
        const fl_schedule_context *context); /* counted from the end of the warm-up: step, steps and history */
} fl_schedule;

/* The rate of one step. */
double fl_schedule_rate(const fl_schedule *schedule, const fl_schedule_context *context);

/* Does the rate start again after the `done`-th step, or the training end? False of schedules that fall once. */
bool fl_schedule_ends_cycle(const fl_schedule *schedule, const fl_schedule_context *context, size_t done);

/* True when a whole trial can be run: enough rates, each a number of at least 0; a warm-up shorter than the trial. Else
 * a message without a place. Ranges are the table's business; `context->step` is ignored. */
bool fl_schedule_accepts(const fl_schedule *schedule, const fl_schedule_context *context, fl_error *error);

/* Every schedule, NULL-ended, in the order of list.h. */
const fl_schedule *const *fl_schedules(void);
const fl_schedule *fl_schedule_find(const char *name, fl_error *error);

#endif
