/* The names a search space, a trial and --set may use for hyperparameters, and what they resolve to.
 *
 *   learning_rate, epsilon, ...        the optimizer's own
 *   schedule.NAME, workload.NAME       the schedule's, the workload's
 *   l2, l1, decay, clip_value, clip_norm, batch.factor, batch.every
 *                                      around every rule (trial/around.h)
 *   label_smoothing, dropout, workload.init, workload.init_argument, workload.init_bias
 *                                      in the place of the workload's own (trial/model.h)
 *   parallel.NAME                      the parallel method's (method/method.h)
 *   one_minus_NAME                     1 - NAME, for momenta searched near one
 *   learning_rate/epsilon, learning_rate/sqrt(epsilon), learning_rate/(1-momentum), learning_rate*weight_decay
 *                                      coupled axes (Choi et al. 2019): the rate relative to its partner
 */
#ifndef FL_TRIAL_SETTING_H
#define FL_TRIAL_SETTING_H

#include "base/hyper.h"
#include "base/json.h"
#include "method/method.h"
#include "optimizer/optimizer.h"
#include "schedule/schedule.h"
#include "workload/workload.h"

typedef enum fl_trial_owner {
    FL_TRIAL_OF_OPTIMIZER,
    FL_TRIAL_OF_SCHEDULE,
    FL_TRIAL_OF_WORKLOAD,
    FL_TRIAL_AROUND,   /* nobody's: what the trainer does around every rule */
    FL_TRIAL_OF_MODEL, /* of any workload */
    FL_TRIAL_OF_METHOD,
    FL_TRIAL_OWNERS
} fl_trial_owner;

/* Whose hyperparameters are meant. */
typedef struct fl_trial_owners {
    const fl_optimizer *optimizer;
    const fl_schedule *schedule;
    const fl_workload *workload;
    const fl_method *method; /* NULL: one worker, and no method */
} fl_trial_owners;

/* One value for every hyperparameter, by owner and place in its table. */
typedef struct fl_trial_values {
    double of[FL_TRIAL_OWNERS][FL_HYPER_MAX];
} fl_trial_values;

typedef struct fl_trial_coupling fl_trial_coupling;

typedef struct fl_trial_setting {
    fl_trial_owner owner;
    size_t index;          /* of the plain hyperparameter it settles */
    const fl_hyper *hyper; /* that hyperparameter */
    bool one_minus;
    const fl_trial_coupling *coupling; /* NULL unless coupled */
    size_t partner;                    /* coupled: the partner's index in the optimizer's table */
} fl_trial_setting;

/* An owner's table; *n is 0 when it has none. */
const fl_hyper *fl_trial_owner_table(const fl_trial_owners *owners, fl_trial_owner owner, size_t *n);
const char *fl_trial_owner_prefix(fl_trial_owner owner); /* "", "schedule.", "workload.", "", "", "parallel." */

/* Around a rule a value that does nothing, of a model the workload's own, of a method its default: neither written nor
 * part of a trial's identity. */
bool fl_trial_is_neutral(const fl_trial_owners *owners, fl_trial_owner owner, size_t index, double value);

/* The setting called `name`; on an unknown name a message without a place that lists what there is. */
bool fl_trial_setting_find(const fl_trial_owners *owners, const char *name, fl_trial_setting *setting, fl_error *error);

/* True when `value` of the setting is possible: a plain one within its range, a coupled one above zero. */
bool fl_trial_setting_accepts(const fl_trial_setting *setting, double value, fl_error *error);

/* The value of a setting as written in JSON (a number, or a choice's name) and on a command line. Ranges are
 * not judged here. The second gives a message without a place. */
bool fl_trial_setting_read(const fl_trial_setting *setting, fl_json_node node, double *value, fl_error *error);
bool fl_trial_setting_parse(const fl_trial_setting *setting, const char *text, double *value, fl_error *error);

/* Settle `value` in `values`. Coupled settings read their partner there, so they come after all others. */
void fl_trial_setting_apply(const fl_trial_setting *setting, double value, fl_trial_values *values);

/* Settle `n` values at once, coupled ones last. */
void fl_trial_settings_apply(const fl_trial_setting *settings, const double *given, size_t n, fl_trial_values *values);

/* Every default; NAN where there is none. */
void fl_trial_values_default(const fl_trial_owners *owners, fl_trial_values *values);

/* True when every value lies in its range; else a message without a place. `learning_rate` may be missing (NAN) for
 * schedules that give absolute rates. */
bool fl_trial_values_accept(const fl_trial_owners *owners, const fl_trial_values *values, fl_error *error);

#endif
