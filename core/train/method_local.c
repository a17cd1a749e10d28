/* Local SGD (Stich 2019). Worker k makes a step of its own on its share of every batch:
 *
 *   theta_k <- rule(theta_k, gradient of the mean loss of share k at theta_k)
 *   after every H-th step   theta_k <- mean of theta_1..theta_V
 *
 * Evaluations look at the mean. One network and one rule serve the workers in turn: a worker's parameters are copied in
 * and out, its rule's state is lent where it lies.
 */
#include "train/method.h"
#include "train/workers.h"

#include <math.h>
#include <string.h>

enum { EVERY, STATE };
enum { LOCAL, AVERAGED, RESET };

static const double *settings(const fl_train_run *run)
{
    return run->trial->values.of[FL_TRIAL_OF_METHOD];
}

static size_t count_of(const fl_train_run *run)
{
    return run->update.layout->count;
}

static float *parameters_of(const fl_train_run *run, size_t w)
{
    return run->workers.parameters + w * count_of(run);
}

/* Lend the rule the state of worker `to` in the place of that of `from`. */
static void lend(fl_train_run *run, size_t from, size_t to)
{
    size_t n_states = run->trial->owners.optimizer->n_states;
    ptrdiff_t by = (ptrdiff_t)to - (ptrdiff_t)from;
    for (size_t i = 0; i < n_states; i++) run->update.state[i] += by * (ptrdiff_t)count_of(run);
    if (run->own.kept) run->update.own += by * (ptrdiff_t)run->own.kept;
}

static void enter(fl_train_run *run, size_t w)
{
    fl_train_workers_enter(run, w);
    fl_train_run_put(run, parameters_of(run, w));
    lend(run, 0, w);
    run->sharing.first = w;
}

static void leave(fl_train_run *run, size_t w)
{
    lend(run, w, 0);
    fl_train_run_take(run, parameters_of(run, w));
    fl_train_workers_leave(run, w);
}

static void allocate(fl_train_run *run)
{
    fl_train_workers_allocate(run);
    run->workers.parameters = fl_arena_floats(run->arena, run->workers.n * count_of(run));
}

/* What worker 0 has, all have: `count` floats. */
static void copy_to_all(const fl_train_run *run, float *first, size_t count)
{
    for (size_t w = 1; w < run->workers.n; w++) memcpy(first + w * count, first, count * sizeof *first);
}

static void start(fl_train_run *run)
{
    fl_train_workers_start(run);
    fl_train_run_take(run, run->workers.parameters);
    copy_to_all(run, run->workers.parameters, count_of(run));
    for (size_t i = 0; i < run->trial->owners.optimizer->n_states; i++)
        copy_to_all(run, run->update.state[i], count_of(run));
    if (run->own.kept) copy_to_all(run, run->update.own, run->own.kept);
}

static void average(fl_train_run *run, float *all)
{
    size_t count = count_of(run);
    float *first = all + run->workers.first * count;
    fl_train_tree_mean_of(&run->workers.tree, all, count, first);
    for (size_t w = run->workers.first + 1; w < run->workers.end; w++)
        memcpy(all + w * count, first, count * sizeof *first);
}

/* As at the start of the trial, from where the parameters are. */
static void reset_rule(fl_train_run *run)
{
    const fl_optimizer *rule = run->trial->owners.optimizer;
    size_t n = run->workers.n;
    for (size_t i = 0; i < rule->n_states; i++) memset(run->update.state[i], 0, n * count_of(run) * sizeof(float));
    if (run->own.kept) memset(run->update.own, 0, n * run->own.kept * sizeof(float));
    for (size_t w = run->workers.first; rule->start && w < run->workers.end; w++) {
        enter(run, w);
        rule->start(&run->update);
        leave(run, w);
    }
}

static void meet(fl_train_run *run)
{
    average(run, run->workers.parameters);
    if (settings(run)[STATE] == AVERAGED)
        for (size_t i = 0; i < run->trial->owners.optimizer->n_states; i++) average(run, run->update.state[i]);
    if (settings(run)[STATE] == RESET) reset_rule(run);
    fl_train_run_end_lap(run, &run->outcome->seconds.update);
}

/* A worker whose loss is not finite stays where it is; the mean then is not finite either, which ends the trial. */
static void step_of(fl_train_run *run, size_t w)
{
    enter(run, w);
    fl_train_run_look(run);
    run->loss = fl_train_run_forward(run);
    if (isfinite(run->loss)) fl_train_run_backward_and_update(run);
    run->workers.losses[w] = run->loss;
    run->workers.squares[w] = run->gradient_square;
    leave(run, w);
}

/* What the other processes' workers did. */
static void learn_of_others(fl_train_run *run)
{
    fl_train_workers *workers = &run->workers;
    fl_train_carriers_gather(run->carriers, workers->n, workers->losses, sizeof *workers->losses);
    fl_train_carriers_gather(run->carriers, workers->n, workers->squares, sizeof *workers->squares);
    for (size_t w = 0; w < workers->n; w++)
        if (w < workers->first || w >= workers->end) run->outcome->gradient_evaluations += isfinite(workers->losses[w]);
}

/* The norm that is shown of V gradients is the root of their squares' mean. */
static void step(fl_train_run *run)
{
    size_t n = run->workers.n, every = (size_t)settings(run)[EVERY];
    if (settings(run)[STATE] == RESET) run->rule_began = run->step - run->step % every;
    for (size_t w = run->workers.first; w < run->workers.end; w++) step_of(run, w);
    learn_of_others(run);
    run->gradient_square = fl_train_tree_mean_number(run->workers.squares, n);
    run->loss = fl_train_tree_mean_number(run->workers.losses, n);
    if ((run->step + 1) % every == 0) meet(run);
}

/* Where they have just met, each is the mean, which a sum might round. */
static void present(fl_train_run *run, size_t done)
{
    if (done % (size_t)settings(run)[EVERY] == 0) {
        fl_train_run_put(run, parameters_of(run, run->workers.first));
    } else {
        fl_train_tree_mean_of(&run->workers.tree, run->workers.parameters, count_of(run), run->update.parameters);
        fl_train_run_show_parameters(run);
    }
    fl_train_workers_present(run, done);
}

static void keep(fl_train_run *run)
{
    fl_train_run_keep(run, run->workers.parameters, run->workers.n * count_of(run));
}

const fl_train_method fl_train_method_local = {
    .apart = true,
    .spreads = true,
    .allocate = allocate,
    .start = start,
    .step = step,
    .present = present,
    .keep = keep,
};
