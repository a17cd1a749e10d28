/* The step loop: batch, forward, backward, rate, update; evaluate when due; stop when the loss is no number any more.
 */
#include "train/train.h"
#include "base/memory.h"
#include "base/clock.h"
#include "base/denormals.h"
#include "base/hash.h"
#include "train/evaluate.h"
#include "train/run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fl_train_trainer {
    fl_train_plans plans;
    const fl_train_checkpoint_options *keeping;
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

/* Add the time since *mark to a part and move the mark. */
static void charge(double *part, double *mark)
{
    double now = fl_clock_seconds();
    *part += now - *mark;
    *mark = now;
}

static double gradient_norm(const fl_train_run *r)
{
    const fl_optimizer_update *update = &r->update;
    double sum = 0;
    for (size_t i = 0; i < update->flat->count; i++) sum += (double)update->gradient[i] * update->gradient[i];
    return sqrt(sum);
}

static void show_step(fl_train_run *r)
{
    if (!r->watch || !r->watch->stepped) return;
    fl_train_step shown = {
        r->step + 1, r->loss, r->rate, gradient_norm(r), fl_network_input(r->network), fl_network_labels(r->network)
    };
    r->watch->stepped(r->watch->whose, &shown);
}

static void note_first_loss(fl_train_run *r)
{
    fl_outcome_first_losses *losses = &r->outcome->first_losses;
    if (losses->n < FL_OUTCOME_FIRST_LOSSES) losses->of[losses->n++] = r->loss;
}

/* Load the step's batch, compute its loss and gradient, move the parameters. False when the loss is not finite. */
static bool step(fl_train_run *r, double *mark)
{
    fl_outcome_seconds *seconds = &r->outcome->seconds;
    size_t first = fl_dataset_order_batch(&r->order, r->step);
    fl_dataset_examples_gather(&r->plans->splits.training, r->order.order, first, r->trial->batch_size,
                               fl_network_input(r->network), fl_network_labels(r->network));
    charge(&seconds->data, mark);
    fl_network_forward(r->network);
    r->loss = fl_network_loss(r->network);
    note_first_loss(r);
    if (!isfinite(r->loss)) return false;
    fl_network_backward(r->network);
    r->outcome->gradient_evaluations++;
    charge(&seconds->forward_backward, mark);
    r->question.step = r->step;
    r->question.told = (fl_schedule_history){ r->told_steps, r->told_losses, r->outcome->n_points };
    r->rate = fl_schedule_rate(r->trial->owners.schedule, &r->question);
    show_step(r);
    charge(&seconds->other, mark);
    fl_train_run_update(r);
    charge(&seconds->update, mark);
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

/* Evaluate after a step when it is due. False when the training loss is not finite. */
static bool evaluate_if_due(fl_train_run *r, bool last)
{
    size_t done = r->step + 1;
    if (!r->trial->eval_every || (!last && !fl_trial_evaluates(r->trial, done))) return true;
    fl_outcome *outcome = r->outcome;
    fl_trial_point *point = &outcome->points[outcome->n_points];
    *point = (fl_trial_point){ .step = done, .rate = r->rate };
    fl_train_evaluate(r->plans, r->canonical, point);
    if (last || may_be_reported(r, point)) fl_train_evaluate_test(r->plans, point);
    point->seconds = fl_clock_seconds() - r->started;
    fl_train_run_tell(r);
    return isfinite(point->of[FL_TRIAL_TRAIN_LOSS]);
}

static void diverged(fl_train_run *r)
{
    r->outcome->status = FL_OUTCOME_INFEASIBLE;
    snprintf(r->outcome->reason, sizeof r->outcome->reason, "the training loss is not finite at step %zu", r->step + 1);
}

static bool hopeless(const fl_train_run *r)
{
    return r->trial->stop_above > 0 && r->loss > r->trial->stop_above * r->outcome->first_losses.of[0];
}

/* Not after the last step: what follows is shorter than reading the file again. */
static void save_if_due(fl_train_run *r, double *mark)
{
    size_t done = r->step + 1;
    if (!r->keeping || done % r->keeping->every || done == r->trial->steps) return;
    fl_train_run_save(r);
    charge(&r->outcome->seconds.other, mark);
}

static void loop(fl_train_run *r, double *mark)
{
    const fl_trial *trial = r->trial;
    for (; r->step < trial->steps; r->step++) {
        if (!step(r, mark)) {
            diverged(r);
            return;
        }
        r->outcome->steps_done = r->step + 1;
        bool stop = hopeless(r);
        bool finite = evaluate_if_due(r, stop || r->step + 1 == trial->steps);
        charge(&r->outcome->seconds.evaluate, mark);
        if (!finite) {
            diverged(r);
            return;
        }
        if (stop && r->step + 1 < trial->steps) {
            r->outcome->stopped_at = r->step + 1;
            return;
        }
        save_if_due(r, mark);
    }
}

static void finish(fl_train_run *r)
{
    fl_outcome *outcome = r->outcome;
    if (outcome->status == FL_OUTCOME_COMPLETE) {
        size_t n = fl_network_flat(r->network)->n_parameters;
        fl_network_export(r->network, r->canonical);
        fl_hash_text(fl_hash(r->canonical, n * sizeof(float)), outcome->state_hash);
    }
    if (r->watch && r->watch->ended) r->watch->ended(r->watch->whose, r->network);
}

static void settle_seconds(const fl_train_run *r)
{
    fl_outcome_seconds *s = &r->outcome->seconds;
    s->total = fl_clock_seconds() - r->started;
    s->other = s->total - (s->setup + s->data + s->forward_backward + s->update + s->evaluate);
    double training = s->data + s->forward_backward + s->update;
    double examples = (double)r->outcome->steps_done * (double)r->trial->batch_size;
    r->outcome->examples_per_second = training > 0 ? examples / training : 0;
}

bool fl_train_prepare(fl_train_trainer *trainer, const fl_trial *trial, fl_error *error)
{
    return fl_train_plans_fit(&trainer->plans, trial, error);
}

void fl_train_identify(const fl_train_trainer *trainer, const fl_trial *trial, char id[17])
{
    fl_trial_id(trial, trainer->plans.dataset->checksum, id);
}

void fl_train_keep(fl_train_trainer *trainer, const fl_train_checkpoint_options *keeping)
{
    trainer->keeping = keeping;
}

static bool train(fl_train_trainer *trainer, const fl_trial *trial, const fl_train_callbacks *watch,
                  fl_outcome *outcome, fl_error *error)
{
    *outcome = (fl_outcome){ .status = FL_OUTCOME_COMPLETE };
    double mark = fl_clock_seconds();
    fl_train_run r = { .trial = trial,
                       .watch = watch,
                       .keeping = trainer->keeping,
                       .plans = &trainer->plans,
                       .outcome = outcome,
                       .started = mark };
    if (!fl_train_prepare(trainer, trial, error)) return false;
    r.arena = fl_arena_new();
    bool begun = fl_train_run_start(&r, error);
    charge(&outcome->seconds.setup, &mark);
    if (begun) loop(&r, &mark);
    if (begun) finish(&r);
    fl_dataset_order_free(&r.order);
    fl_arena_free(r.arena);
    settle_seconds(&r);
    if (!begun) fl_outcome_free(outcome);
    return begun;
}

bool fl_train_trial(fl_train_trainer *trainer, const fl_trial *trial, const fl_train_callbacks *watch,
                    fl_outcome *outcome, fl_error *error)
{
    unsigned before = fl_denormals_flush();
    bool begun = train(trainer, trial, watch, outcome, error);
    fl_denormals_restore(before);
    return begun;
}
