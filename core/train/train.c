/* The step loop: batch, forward, backward, rate, update; evaluate when due; stop when the loss is no number any more.
 */
#include "train/train.h"
#include "base/memory.h"
#include "base/clock.h"
#include "base/denormals.h"
#include "base/hash.h"
#include "client/client.h"
#include "own/own.h"
#include "train/curvature.h"
#include "train/evaluate.h"
#include "train/exchange.h"
#include "train/method.h"
#include "train/workers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fl_train_trainer {
    fl_train_plans plans;
    const fl_train_checkpoint_options *checkpoints;
    fl_wire *wire; /* borrowed; NULL: there is no other process */
    const char *host;
    double silence;
    size_t timeline;
};

fl_train_trainer *fl_train_trainer_new(void)
{
    return fl_memory_new(1, sizeof(fl_train_trainer));
}

void fl_train_trainer_free(fl_train_trainer *trainer)
{
    if (!trainer) return;
    fl_train_plans_free(&trainer->plans);
    free(trainer);
}

/* One batch of the trial's size after the other. */
static void gather_shown(fl_train_run *r, fl_dataset_input input)
{
    size_t n = r->trial->batch_size, planned = fl_trial_micro_batch(r->trial);
    size_t values = fl_tensor_shape_size(fl_network_in(r->network)) / planned * n;
    size_t rows = fl_network_n_losses(r->network) / planned * n,
           targets = fl_network_n_targets(r->network) / planned * n;
    for (size_t part = 0; part < r->multiple; part++) {
        input.values = r->shown + part * values;
        input.targets = r->shown_targets ? r->shown_targets + part * targets : NULL;
        fl_train_run_gather(r, r->step, part, n, input, r->shown_labels + part * rows);
    }
}

/* Callbacks receive the whole batch in floats. */
static void show_step(fl_train_run *r)
{
    if (!r->callbacks || !r->callbacks->stepped) return;
    fl_dataset_input input = fl_train_plans_input(r->network);
    input.precision = FL_BACKEND_F32;
    gather_shown(r, input);
    fl_train_step shown = { .step = r->step + 1,
                            .examples = fl_train_run_examples(r),
                            .loss = r->loss,
                            .rate = r->rate,
                            .gradient_norm = sqrt(r->gradient_square),
                            .input = r->shown,
                            .labels = r->shown_labels,
                            .targets = r->shown_targets,
                            .carry_starts = r->plans->carries && !fl_dataset_order_batch(&r->order, r->first_batch) };
    r->callbacks->stepped(r->callbacks->user, &shown);
}

static void note_first_loss(fl_train_run *r)
{
    fl_outcome_first_losses *losses = &r->outcome->first_losses;
    if (losses->n < FL_OUTCOME_FIRST_LOSSES) losses->of[losses->n++] = r->loss;
}

/* Nothing is carried over from epoch to epoch. The method loads the step's batch, computes its loss and gradient and
 * moves the parameters. False when the loss is not finite or the rule has failed. */
static bool step(fl_train_run *r)
{
    fl_outcome_seconds *seconds = &r->outcome->seconds;
    r->multiple = fl_trial_multiple(r->trial, r->step, r->plans->splits.training.count);
    if (!fl_dataset_order_batch(&r->order, r->first_batch)) fl_train_workers_clear_carry(r);
    r->rate = fl_train_run_rate(r);
    r->method->step(r);
    note_first_loss(r);
    if (!isfinite(r->loss) || r->outcome->status != FL_OUTCOME_COMPLETE) return false;
    if (r->average.weights) fl_train_method_present(r, r->step + 1);
    fl_train_average_step(&r->average, r->trial, r->network, r->step + 1);
    show_step(r);
    r->first_batch += r->multiple;
    fl_train_run_end_lap(r, &seconds->other);
    return true;
}

/* May the test error at this point be asked for later? Of points before the last the best so far by what is selected
 * by, ties by the validation loss, as fl_record_best_point has it. */
static bool may_be_reported(const fl_train_run *r, const fl_trial_point *point)
{
    fl_trial_test test = r->trial->test;
    fl_trial_metric by = test == FL_TRIAL_TEST_BEST_VAL_LOSS ? FL_TRIAL_VAL_LOSS : FL_TRIAL_VAL_ERROR;
    if (test == FL_TRIAL_TEST_ALL || test == FL_TRIAL_TEST_FINAL) return test == FL_TRIAL_TEST_ALL;
    for (const fl_trial_point *p = r->outcome->points; p < point; p++) {
        bool better = point->of[by] < p->of[by] ||
                      (point->of[by] == p->of[by] && point->of[FL_TRIAL_VAL_LOSS] < p->of[FL_TRIAL_VAL_LOSS]);
        if (!better) return false;
    }
    return true;
}

/* Have the last of `n` evaluations all failed to be below the lowest before them? */
static bool patience_ended(const fl_train_run *r, size_t n)
{
    const fl_trial_patience *patience = &r->trial->patience;
    double least = HUGE_VAL;
    size_t since = 0;
    for (size_t i = 0; i < n; i++) {
        double now = r->outcome->points[i].of[patience->metric];
        since = now < least ? 0 : since + 1;
        least = fmin(least, now);
    }
    return patience->evaluations && since >= patience->evaluations;
}

/* `canonical` holds the parameters that were evaluated. */
static void note_parameters(const fl_train_run *r, fl_trial_point *point)
{
    size_t n = fl_network_layout(r->network)->n_parameters;
    if (n > FL_TRIAL_PATH_PARAMETERS) return;
    point->n_parameters = n;
    for (size_t i = 0; i < n; i++) point->parameters[i] = r->canonical[i];
}

static const char THE_LOSS[] = "the training loss";

static void end_infeasible(fl_train_run *r, const char *what, size_t step)
{
    if (r->outcome->status != FL_OUTCOME_COMPLETE) return; /* the rule says why */
    r->outcome->status = FL_OUTCOME_INFEASIBLE;
    snprintf(r->outcome->reason, sizeof r->outcome->reason, "%s is not finite at step %zu", what, step);
}

static fl_trial_point *begin_point(fl_train_run *r, size_t done)
{
    fl_trial_point *point = &r->outcome->points[r->outcome->n_points];
    *point = (fl_trial_point){ .step = done, .rate = r->rate };
    point->has_negative_curvature = r->update.negative_curvature >= 0;
    if (point->has_negative_curvature) point->negative_curvature = (size_t)r->update.negative_curvature;
    if (r->method->note) r->method->note(r, point);
    return point;
}

/* What is not finite of the evaluated parameters, in `canonical` as yet; NULL where all is. Parameters are asked beside
 * the loss: to some kernels the larger of 0 and NaN is 0 (oneDNN's for AVX-512, with a ReLU in them), so that a network
 * of NaN has a loss. */
static const char *what_is_not_finite(const fl_train_run *r, const fl_trial_point *point)
{
    size_t n = fl_network_layout(r->network)->n_parameters, i = 0;
    if (!isfinite(point->of[FL_TRIAL_TRAIN_LOSS])) return THE_LOSS;
    while (i < n && isfinite(r->canonical[i])) i++;
    return i < n ? "a parameter" : NULL;
}

/* The test set where it is due, and the averaged sets, which take the place of the parameters in `canonical`. */
static void evaluate_further(fl_train_run *r, fl_trial_point *point, bool last)
{
    bool test = last || may_be_reported(r, point) || patience_ended(r, r->outcome->n_points + 1);
    if (test) fl_train_evaluate_test(r->plans, point);
    fl_train_evaluate_average(r->plans, &r->average, &r->ensemble, r->canonical, test, point);
}

/* Evaluate after a step when it is due. False when the training loss or a parameter is not finite. */
static bool evaluate_if_due(fl_train_run *r, bool last)
{
    size_t done = r->step + 1;
    if (!fl_train_run_is_due(r, done, last)) return true;
    fl_trial_point *point = begin_point(r, done);
    fl_train_method_present(r, done);
    r->loaded.passed = false; /* its network works where the training one's values lie */
    fl_train_evaluate(r->plans, r->canonical, point);
    if (!fl_train_method_agree(r, done)) return false;
    note_parameters(r, point);
    const char *infinite = what_is_not_finite(r, point);
    evaluate_further(r, point, last);
    point->seconds = fl_clock_seconds() - r->started;
    fl_train_run_note_point(r);
    if (infinite) end_infeasible(r, infinite, done);
    return r->outcome->status == FL_OUTCOME_COMPLETE;
}

static void loop(fl_train_run *r)
{
    const fl_trial *trial = r->trial;
    fl_train_run_measure(r, 0);
    for (; r->step < trial->steps; r->step++) {
        if (!step(r)) {
            end_infeasible(r, THE_LOSS, r->step + 1);
            return;
        }
        r->outcome->steps_done = r->step + 1;
        bool stop = fl_train_run_loss_exceeded(r);
        bool finite = evaluate_if_due(r, stop || r->step + 1 == trial->steps);
        fl_train_run_end_lap(r, &r->outcome->seconds.evaluate);
        fl_train_run_measure(r, r->step + 1);
        if (!finite) return;
        if ((stop || patience_ended(r, r->outcome->n_points)) && r->step + 1 < trial->steps) {
            r->outcome->stopped_at = r->step + 1;
            return;
        }
        fl_train_run_save_if_due(r);
    }
}

/* Of the parameters, then running statistics. */
static void hash_state(fl_train_run *r)
{
    size_t n = fl_network_layout(r->network)->n_parameters;
    fl_network_export(r->network, r->canonical);
    n += fl_network_export_statistics(r->network, r->canonical + n);
    fl_hash_text(fl_hash(r->canonical, n * sizeof(float)), r->outcome->state_hash);
}

static void finish(fl_train_run *r)
{
    fl_train_method_present(r, r->outcome->steps_done);
    fl_train_run_end_client(r);
    if (r->outcome->status == FL_OUTCOME_COMPLETE) hash_state(r);
    fl_train_method_describe(r);
    if (r->callbacks && r->callbacks->ended) r->callbacks->ended(r->callbacks->user, r->network);
    fl_train_run_tell_preconditioner(r);
}

/* To the trial's end: what a method gives this process to do, or the loop. */
static void work(fl_train_run *r)
{
    if (r->method->work && r->method->work(r)) return;
    loop(r);
    finish(r);
    if (r->method->end) r->method->end(r);
}

static void sum_seconds(const fl_train_run *r)
{
    fl_outcome_seconds *s = &r->outcome->seconds;
    s->total = fl_clock_seconds() - r->started;
    s->other = s->total - (s->setup + s->data + s->forward_backward + s->curvature + s->update + s->evaluate);
    double training = s->data + s->forward_backward + s->curvature - r->measuring + s->update;
    double examples = (double)r->first_batch * (double)r->trial->batch_size;
    r->outcome->examples_per_second = training > 0 ? examples / training : 0;
}

static void note_carriers(fl_train_run *r)
{
    fl_outcome_carriers *carriers = &r->outcome->carriers;
    if (!r->carriers) return;
    carriers->processes = fl_train_carriers_size(r->carriers);
    carriers->bytes = fl_train_carriers_bytes(r->carriers);
    carriers->waited = fl_train_carriers_waited(r->carriers);
    carriers->hosts = json_array();
    for (size_t rank = 0; rank < carriers->processes; rank++)
        json_array_append_new(carriers->hosts, json_string(fl_train_carriers_host(r->carriers, rank)));
}

bool fl_train_prepare(fl_train_trainer *trainer, const fl_trial *trial, fl_error *error)
{
    return fl_own_ready(trial->owners.optimizer, error) && fl_train_plans_fit(&trainer->plans, trial, error) &&
           (!trial->owners.method || fl_train_method_fits(trial, &trainer->plans, error));
}

const fl_train_plans *fl_train_prepared(const fl_train_trainer *trainer)
{
    return &trainer->plans;
}

void fl_train_identify(const fl_train_trainer *trainer, const fl_trial *trial, char id[17])
{
    fl_trial_id(trial, trainer->plans.dataset->checksum, id);
}

void fl_train_set_checkpoints(fl_train_trainer *trainer, const fl_train_checkpoint_options *checkpoints)
{
    trainer->checkpoints = checkpoints;
}

void fl_train_set_wire(fl_train_trainer *trainer, fl_wire *wire, const char *host, double silence)
{
    trainer->wire = wire;
    trainer->host = host;
    trainer->silence = silence;
}

void fl_train_set_timeline(fl_train_trainer *trainer, size_t steps)
{
    trainer->timeline = steps;
}

/* The clock starts. */
static fl_train_run run_of(fl_train_trainer *trainer, const fl_trial *trial, const fl_train_callbacks *callbacks,
                           fl_outcome *outcome)
{
    double now = fl_clock_seconds();
    *outcome = (fl_outcome){ .status = FL_OUTCOME_COMPLETE };
    return (fl_train_run){ .trial = trial,
                           .callbacks = callbacks,
                           .checkpoints = trial->curvature_every ? NULL : trainer->checkpoints, /* which hold none */
                           .timeline = trainer->timeline,
                           .plans = &trainer->plans,
                           .host = trainer->host,
                           .outcome = outcome,
                           .started = now,
                           .lap = now };
}

/* Meet the other processes, where any carry workers of the trial; allocate, and go to the first step. */
static bool begin(fl_train_run *r, const fl_train_trainer *trainer, fl_error *error)
{
    if (trainer->wire && (r->trial->workers > 1 || fl_trial_servers(r->trial)))
        r->carriers = fl_train_carriers_new(trainer->wire, trainer->silence);
    r->arena = fl_arena_new();
    bool begun = fl_train_run_start(r, error) && fl_train_run_measure_start(r, error);
    fl_train_run_end_lap(r, &r->outcome->seconds.setup);
    return begun;
}

static void give_back(fl_train_run *r)
{
    fl_train_exchange_end(r);
    fl_train_carriers_free(r->carriers);
    fl_client_stop(r->client);
    fl_dataset_order_free(&r->order);
    fl_dataset_order_free(&r->order_of_statistics);
    fl_train_curvature_free(r->curvature);
    fl_arena_free(r->arena);
}

static bool train(fl_train_trainer *trainer, const fl_trial *trial, const fl_train_callbacks *callbacks,
                  fl_outcome *outcome, fl_error *error)
{
    fl_train_run r = run_of(trainer, trial, callbacks, outcome);
    if (!fl_train_prepare(trainer, trial, error)) return false;
    bool begun = begin(&r, trainer, error);
    if (begun) work(&r);
    note_carriers(&r);
    give_back(&r);
    sum_seconds(&r);
    if (!begun) fl_outcome_free(outcome);
    return begun;
}

bool fl_train_trial(fl_train_trainer *trainer, const fl_trial *trial, const fl_train_callbacks *callbacks,
                    fl_outcome *outcome, fl_error *error)
{
    unsigned before = fl_denormals_flush();
    bool begun = train(trainer, trial, callbacks, outcome, error);
    fl_denormals_restore(before);
    return begun;
}
