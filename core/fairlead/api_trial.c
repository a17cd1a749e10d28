/* A trial of the interface is a trial of trial/trial.h; an outcome keeps its trial, which a record needs. */
#include "base/memory.h"
#include "fairlead/api.h"
#include "record/host.h"
#include "record/record.h"
#include "train/train.h"
#include "trial/default.h"

#include <stdlib.h>
#include <string.h>

struct fairlead_trial {
    fl_trial trial;
};

struct fairlead_outcome {
    fl_trial trial; /* a copy */
    fl_outcome outcome;
};

static bool find_owners(const char *workload, const char *optimizer, const char *schedule, fl_trial_owners *owners,
                        fl_error *error)
{
    owners->workload = fl_workload_named(workload, error);
    owners->optimizer = owners->workload ? fl_optimizer_find(optimizer, error) : NULL;
    owners->schedule =
        owners->optimizer ? fl_schedule_find(schedule ? schedule : FL_TRIAL_DEFAULT_SCHEDULE, error) : NULL;
    return owners->schedule;
}

fairlead_trial *fairlead_trial_new(const char *workload, const char *optimizer, const char *schedule,
                                   fairlead_error *error)
{
    fl_trial_owners owners = { 0 };
    fl_error why;
    if (!find_owners(workload, optimizer, schedule, &owners, &why)) {
        fl_fairlead_failed(error, &why);
        return NULL;
    }
    fairlead_trial *t = fl_memory_new(1, sizeof *t);
    t->trial = fl_trial_default(&owners);
    return t;
}

void fairlead_trial_free(fairlead_trial *t)
{
    if (!t) return;
    fl_trial_free(&t->trial);
    free(t);
}

bool fairlead_trial_set(fairlead_trial *t, const char *name, const char *value, fairlead_error *error)
{
    fl_trial_setting setting;
    double number;
    fl_error why;
    if (!fl_trial_setting_find(&t->trial.owners, name, &setting, &why) ||
        !fl_trial_setting_parse(&setting, value, &number, &why) || !fl_trial_setting_accepts(&setting, number, &why))
        return fl_fairlead_failed(error, &why);
    fl_trial_setting_apply(&setting, number, &t->trial.values);
    return true;
}

bool fairlead_trial_set_length(fairlead_trial *t, uint64_t steps, uint64_t batch_size, uint64_t eval_every,
                               fairlead_error *error)
{
    fl_error why;
    if (!steps || !batch_size) {
        fl_error_user(&why, "steps and batch_size must be at least 1");
        return fl_fairlead_failed(error, &why);
    }
    if (steps > FL_TRIAL_SEED_MAX || batch_size > FL_TRIAL_SEED_MAX || eval_every > FL_TRIAL_SEED_MAX) {
        fl_error_user(&why, "steps, batch_size and eval_every must be below 2^53");
        return fl_fairlead_failed(error, &why);
    }
    t->trial.steps = steps;
    t->trial.batch_size = batch_size;
    t->trial.eval_every = eval_every;
    return true;
}

bool fairlead_trial_set_seed(fairlead_trial *t, uint64_t seed, fairlead_error *error)
{
    fl_error why;
    if (seed > FL_TRIAL_SEED_MAX) {
        fl_error_user(&why, "a seed must be below 2^53");
        return fl_fairlead_failed(error, &why);
    }
    t->trial.seed = seed;
    return true;
}

bool fairlead_trial_set_backend(fairlead_trial *t, const char *backend, const char *precision, unsigned threads,
                                fairlead_error *error)
{
    fl_error why;
    const fl_backend *found = fl_backend_find(backend, &why);
    fl_backend_precision numbers;
    if (!found || !fl_trial_precision_find(precision, &numbers, &why)) return fl_fairlead_failed(error, &why);
    if (!threads || threads > FL_TRIAL_THREADS_MAX) {
        fl_error_user(&why, "threads must be from 1 to %d, not %u", FL_TRIAL_THREADS_MAX, threads);
        return fl_fairlead_failed(error, &why);
    }
    t->trial.backend = found;
    t->trial.precision = numbers;
    t->trial.threads = threads;
    return true;
}

char *fairlead_trial_command(const fairlead_trial *t)
{
    fl_text text = { 0 };
    fl_trial_command(&t->trial, &text);
    return text.bytes;
}

/* --- running it --- */

typedef struct watcher {
    void (*evaluated)(void *user, const fairlead_point *point);
    void *user;
} watcher;

static void show_point(void *user, const fl_trial_point *point)
{
    const watcher *w = user;
    fairlead_point p = fl_fairlead_point(point);
    w->evaluated(w->user, &p);
}

fairlead_outcome *fairlead_trial_run(const fairlead_trial *t,
                                     void (*evaluated)(void *user, const fairlead_point *point), void *user,
                                     fairlead_error *error)
{
    fl_error why;
    watcher watching = { evaluated, user };
    fl_train_callbacks callbacks = { .user = &watching, .evaluated = evaluated ? show_point : NULL };
    fairlead_outcome *o = fl_memory_new(1, sizeof *o);
    fl_train_trainer *trainer = fl_train_trainer_new();
    bool ran = fl_trial_accepts(&t->trial, SIZE_MAX, &why) &&
               fl_train_trial(trainer, &t->trial, &callbacks, &o->outcome, &why);
    fl_train_trainer_free(trainer);
    o->trial = fl_trial_copy(&t->trial);
    if (ran) return o;
    fairlead_outcome_free(o);
    fl_fairlead_failed(error, &why);
    return NULL;
}

void fairlead_outcome_free(fairlead_outcome *o)
{
    if (!o) return;
    fl_trial_free(&o->trial);
    fl_outcome_free(&o->outcome);
    free(o);
}

const char *fairlead_outcome_status(const fairlead_outcome *o)
{
    return fl_outcome_status_name(o->outcome.status);
}

const char *fairlead_outcome_reason(const fairlead_outcome *o)
{
    return o->outcome.reason;
}

const char *fairlead_outcome_state_hash(const fairlead_outcome *o)
{
    return o->outcome.state_hash;
}

size_t fairlead_outcome_n_points(const fairlead_outcome *o)
{
    return o->outcome.n_points;
}

fairlead_point fairlead_outcome_point(const fairlead_outcome *o, size_t index)
{
    if (index >= o->outcome.n_points) fl_error_die("point %zu of %zu was asked for", index, o->outcome.n_points);
    return fl_fairlead_point(&o->outcome.points[index]);
}

char *fairlead_outcome_json(const fairlead_outcome *o)
{
    char key[17];
    fl_record_host_key_of(o->trial.backend, o->outcome.implementation, key);
    return fl_fairlead_text(fl_record_json(NULL, NULL, &o->trial, &o->outcome, key));
}
