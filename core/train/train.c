/* The step loop: batch, forward, backward, rate, update; evaluate when due; stop when the loss is no number any more.
 */
#include "train/train.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/memory.h"
#include "train/evaluate.h"
#include "train/plans.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fl_trainer {
    fl_plans plans;
};

/* One trial under way. */
typedef struct run {
    const fl_trial *trial;
    const fl_watch *watch;
    fl_plans *plans;
    fl_network *network;
    fl_outcome *outcome;
    fl_arena *arena;
    fl_order order;
    fl_update update;
    fl_rate_question question; /* to the schedule */
    float *canonical;          /* n_parameters floats, for evaluations and the hash */
    size_t *told_steps;        /* evaluations so far, as the schedule is told of them */
    double *told_losses;
    double started, loss, first_loss, rate;
    size_t step; /* from 0 */
} run;

fl_trainer *fl_trainer_new(void)
{
    return fl_new(1, sizeof(fl_trainer));
}

void fl_trainer_free(fl_trainer *trainer)
{
    if (!trainer) return;
    fl_plans_free(&trainer->plans);
    free(trainer);
}

/* Add the time since *mark to a part and move the mark. */
static void charge(double *part, double *mark)
{
    double now = fl_clock_seconds();
    *part += now - *mark;
    *mark = now;
}

static void gradient_again(fl_update *update)
{
    run *r = update->trainer;
    fl_network_forward(r->network);
    fl_network_backward(r->network);
    r->outcome->gradient_evaluations++;
}

static size_t n_evaluations(const fl_trial *trial)
{
    return trial->eval_every ? (trial->steps + trial->eval_every - 1) / trial->eval_every : 0;
}

/* Lend the rule its state and let it start. */
static void start_optimizer(run *r)
{
    const fl_optimizer *optimizer = r->trial->owners.optimizer;
    const fl_flat *flat = fl_network_flat(r->network);
    r->update = (fl_update){
        .flat = flat,
        .parameters = fl_network_parameters(r->network),
        .gradient = fl_network_gradient(r->network),
        .hyper = r->trial->values.of[FL_OF_OPTIMIZER],
        .seed = r->trial->seed,
        .again = gradient_again,
        .trainer = r,
    };
    for (size_t i = 0; i < optimizer->n_states; i++) r->update.state[i] = fl_arena_floats(r->arena, flat->count);
    if (optimizer->start) optimizer->start(&r->update);
}

static void describe(run *r)
{
    fl_outcome *outcome = r->outcome;
    fl_trial_id(r->trial, r->plans->dataset->checksum, outcome->trial);
    outcome->n_parameters = fl_network_flat(r->network)->n_parameters;
    for (const char *const *lent = fl_network_lent(r->network); *lent; lent++)
        snprintf(outcome->lent + strlen(outcome->lent), sizeof outcome->lent - strlen(outcome->lent), "%s%s",
                 *outcome->lent ? "," : "", *lent);
    fl_text words = { 0 };
    fl_network_describe(r->network, &words);
    fl_text_add(&words, "; evaluation: ");
    fl_network_describe(r->plans->evaluation, &words);
    outcome->implementation = words.bytes;
}

static void start(run *r)
{
    const fl_trial *trial = r->trial;
    size_t n = n_evaluations(trial);
    r->network = r->plans->training;
    r->outcome->points = fl_new(n, sizeof(fl_point));
    r->told_steps = fl_arena_bytes(r->arena, n * sizeof *r->told_steps);
    r->told_losses = fl_arena_bytes(r->arena, n * sizeof *r->told_losses);
    r->canonical = fl_arena_floats(r->arena, fl_network_flat(r->network)->n_parameters);
    fl_network_init(r->network, &trial->init, trial->seed);
    fl_order_start(&r->order, r->plans->splits.training.count, trial->batch_size, trial->seed);
    r->question = fl_trial_question(trial);
    start_optimizer(r);
    describe(r);
    if (r->watch && r->watch->begun) r->watch->begun(r->watch->whose, r->network);
}

static double gradient_norm(const run *r)
{
    const fl_update *update = &r->update;
    double sum = 0;
    for (size_t i = 0; i < update->flat->count; i++) sum += (double)update->gradient[i] * update->gradient[i];
    return sqrt(sum);
}

static void show_step(run *r)
{
    if (!r->watch || !r->watch->stepped) return;
    fl_watched_step shown = {
        r->step + 1, r->loss, r->rate, gradient_norm(r), fl_network_input(r->network), fl_network_labels(r->network)
    };
    r->watch->stepped(r->watch->whose, &shown);
}

/* Load the step's batch, compute its loss and gradient, move the parameters. False when the loss is not finite. */
static bool step(run *r, double *mark)
{
    fl_seconds *seconds = &r->outcome->seconds;
    size_t first = fl_order_batch(&r->order, r->step);
    fl_examples_gather(&r->plans->splits.training, r->order.order, first, r->trial->batch_size,
                       fl_network_input(r->network), fl_network_labels(r->network));
    charge(&seconds->data, mark);
    fl_network_forward(r->network);
    r->loss = fl_network_loss(r->network);
    if (!isfinite(r->loss)) return false;
    fl_network_backward(r->network);
    r->outcome->gradient_evaluations++;
    charge(&seconds->forward_backward, mark);
    r->question.step = r->step;
    r->question.told = (fl_told){ r->told_steps, r->told_losses, r->outcome->n_points };
    r->rate = fl_schedule_rate(r->trial->owners.schedule, &r->question);
    show_step(r);
    charge(&seconds->other, mark);
    r->update.rate = r->rate;
    r->update.step = r->step;
    r->trial->owners.optimizer->step(&r->update);
    charge(&seconds->update, mark);
    return true;
}

/* Evaluate after a step when it is due. False when the training loss is not finite. */
static bool evaluate_if_due(run *r, bool last)
{
    size_t every = r->trial->eval_every, done = r->step + 1;
    if (!every || (done % every && !last)) return true;
    fl_outcome *outcome = r->outcome;
    fl_point *point = &outcome->points[outcome->n_points];
    *point = (fl_point){ .step = done, .rate = r->rate };
    fl_evaluate(r->plans, r->canonical, point);
    point->seconds = fl_clock_seconds() - r->started;
    r->told_steps[outcome->n_points] = done;
    r->told_losses[outcome->n_points++] = point->of[FL_VAL_LOSS];
    if (r->watch && r->watch->evaluated) r->watch->evaluated(r->watch->whose, point);
    return isfinite(point->of[FL_TRAIN_LOSS]);
}

static void diverged(run *r)
{
    r->outcome->status = FL_INFEASIBLE;
    snprintf(r->outcome->reason, sizeof r->outcome->reason, "the training loss is not finite at step %zu", r->step + 1);
}

static bool hopeless(const run *r)
{
    return r->trial->stop_above > 0 && r->loss > r->trial->stop_above * r->first_loss;
}

static void loop(run *r, double *mark)
{
    const fl_trial *trial = r->trial;
    for (r->step = 0; r->step < trial->steps; r->step++) {
        if (!step(r, mark)) {
            diverged(r);
            return;
        }
        if (r->step == 0) r->first_loss = r->loss;
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
    }
}

static void finish(run *r)
{
    fl_outcome *outcome = r->outcome;
    if (outcome->status == FL_COMPLETE) {
        size_t n = fl_network_flat(r->network)->n_parameters;
        fl_network_export(r->network, r->canonical);
        fl_hash_text(fl_hash(r->canonical, n * sizeof(float)), outcome->state_hash);
    }
    if (r->watch && r->watch->ended) r->watch->ended(r->watch->whose, r->network);
    fl_order_free(&r->order);
    fl_arena_free(r->arena);
}

static void settle_seconds(const run *r)
{
    fl_seconds *s = &r->outcome->seconds;
    s->total = fl_clock_seconds() - r->started;
    s->other = s->total - (s->setup + s->data + s->forward_backward + s->update + s->evaluate);
    double training = s->data + s->forward_backward + s->update;
    double examples = (double)r->outcome->steps_done * (double)r->trial->batch_size;
    r->outcome->examples_per_second = training > 0 ? examples / training : 0;
}

bool fl_trainer_prepare(fl_trainer *trainer, const fl_trial *trial, fl_error *error)
{
    return fl_plans_fit(&trainer->plans, trial, error);
}

bool fl_train(fl_trainer *trainer, const fl_trial *trial, const fl_watch *watch, fl_outcome *outcome, fl_error *error)
{
    *outcome = (fl_outcome){ .status = FL_COMPLETE };
    run r = {
        .trial = trial, .watch = watch, .plans = &trainer->plans, .outcome = outcome, .started = fl_clock_seconds()
    };
    double mark = r.started;
    if (!fl_trainer_prepare(trainer, trial, error)) return false;
    r.arena = fl_arena_new();
    start(&r);
    charge(&outcome->seconds.setup, &mark);
    loop(&r, &mark);
    finish(&r);
    settle_seconds(&r);
    return true;
}
