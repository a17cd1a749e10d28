/* One short trial tells all: its seconds are already divided into setup, steps and evaluation. Four times as long again
 * and again, until the steps take long enough for the clock; the first one only plans. Every trial has one evaluation:
 * what it takes longer after many steps belongs to those, as reading the clock at each. */
#include "plan/plan_measure.h"
#include "base/memory.h"
#include "record/line.h"
#include "record/record.h"

#include <math.h>
#include <string.h>

enum { GROWTH = 4, MOST_STEPS = 100000 };

/* Small enough that no loss diverges, which would end the trial. */
static const double RATE = 1e-6;

/* Workers of a virtual clock compute the same, and need no other process. */
static void leave_real_clock(fl_trial *trial)
{
    static const char *const of_processes[] = { "clock", "shards" };
    const fl_method *method = trial->owners.method;
    if (!fl_trial_servers(trial)) return;
    for (size_t i = 0; i < sizeof of_processes / sizeof *of_processes; i++) {
        size_t h = fl_hyper_index(method->hypers, method->n_hypers, of_processes[i]);
        if (h < method->n_hypers) trial->values.of[FL_TRIAL_OF_METHOD][h] = method->hypers[h].default_value;
    }
}

/* The arm's work at a harmless constant rate: what a step takes does not depend on it. */
static fl_trial trial_of(const fl_study *study, const fl_study_arm *arm)
{
    fl_trial chosen = fl_study_trial(study, arm, 0, 0);
    fl_trial_owners owners = chosen.owners;
    owners.schedule = fl_schedule_find("constant", NULL);
    fl_trial trial = fl_trial_default(&owners);
    size_t rate = fl_hyper_index(owners.optimizer->hypers, owners.optimizer->n_hypers, "learning_rate");
    trial.backend = chosen.backend;
    trial.precision = chosen.precision;
    trial.batch_size = chosen.batch_size;
    trial.micro_batch = chosen.micro_batch;
    trial.workers = chosen.workers;
    trial.trace = chosen.trace;
    trial.threads = chosen.threads;
    trial.split = chosen.split;
    trial.init = chosen.init;
    memcpy(trial.values.of[FL_TRIAL_OF_WORKLOAD], chosen.values.of[FL_TRIAL_OF_WORKLOAD],
           sizeof trial.values.of[FL_TRIAL_OF_WORKLOAD]);
    memcpy(trial.values.of[FL_TRIAL_OF_MODEL], chosen.values.of[FL_TRIAL_OF_MODEL],
           sizeof trial.values.of[FL_TRIAL_OF_MODEL]);
    memcpy(trial.values.of[FL_TRIAL_OF_METHOD], chosen.values.of[FL_TRIAL_OF_METHOD],
           sizeof trial.values.of[FL_TRIAL_OF_METHOD]);
    leave_real_clock(&trial);
    memcpy(trial.values.of[FL_TRIAL_OF_OPTIMIZER], chosen.values.of[FL_TRIAL_OF_OPTIMIZER],
           sizeof trial.values.of[FL_TRIAL_OF_OPTIMIZER]);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][rate] = RATE;
    fl_trial_free(&chosen);
    return trial;
}

static double training(const fl_outcome_seconds *s)
{
    return s->data + s->forward_backward + s->curvature + s->update;
}

static bool run(fl_train_trainer *trainer, fl_trial *trial, size_t steps, fl_outcome *outcome, fl_error *error)
{
    fl_outcome_free(outcome);
    trial->steps = trial->eval_every = steps;
    if (!fl_train_trial(trainer, trial, NULL, outcome, error)) return false;
    return outcome->status != FL_OUTCOME_FAILED || fl_error_user(error, "%s", outcome->reason);
}

/* The lines of a record like this one, with so many points. */
static double size_on_disk(const fl_study *study, const fl_study_arm *arm, const fl_trial *trial,
                           const fl_outcome *outcome, size_t evaluations)
{
    fl_record_slot slot = { .arm = (size_t)(arm - study->arms) };
    fl_text line = { 0 }, point = { 0 };
    json_t *record = fl_record_json(study, &slot, trial, outcome, "0123456789abcdef");
    json_t *measured = outcome->n_points ? fl_trial_point_json(&outcome->points[0]) : json_object();
    json_object_set_new(measured, "trial", json_string("0123456789abcdef"));
    fl_record_line_add(&line, record);
    fl_record_line_add(&point, measured);
    double bytes = (double)line.length + (double)evaluations * (double)point.length;
    json_decref(record);
    json_decref(measured);
    fl_text_free(&line);
    fl_text_free(&point);
    return bytes;
}

bool fl_plan_measure(fl_train_trainer *trainer, const fl_study *study, const fl_study_arm *arm, size_t evaluations,
                     double seconds, fl_plan_speed *speed, double *bytes, fl_error *error)
{
    fl_trial trial = trial_of(study, arm);
    fl_outcome outcome = { .points = NULL };
    bool ran = run(trainer, &trial, 1, &outcome, error);
    double evaluation = outcome.seconds.evaluate;
    for (size_t steps = GROWTH; ran && training(&outcome.seconds) < seconds && steps < MOST_STEPS; steps *= GROWTH) {
        ran = run(trainer, &trial, steps, &outcome, error);
        evaluation = fmin(evaluation, outcome.seconds.evaluate);
    }
    if (ran) {
        const fl_outcome_seconds *s = &outcome.seconds;
        double steps = outcome.steps_done ? (double)outcome.steps_done : 1;
        *speed = (fl_plan_speed){ s->setup, (training(s) + s->other + s->evaluate - evaluation) / steps, evaluation };
        *bytes = size_on_disk(study, arm, &trial, &outcome, evaluations);
    }
    fl_outcome_free(&outcome);
    fl_trial_free(&trial);
    return ran;
}
