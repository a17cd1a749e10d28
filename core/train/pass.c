/* A step's forward and backward passes: of the whole batch at once, or share by share of those who share it, whose
 * gradients meet in a tree; a share at once, or its micro-batches one after the other, whose gradients are added up in
 * their order.
 */
#include "train/workers.h"

#include <math.h>
#include <string.h>

size_t fl_train_run_parts(const fl_train_run *run)
{
    return fl_train_run_examples(run) / fl_trial_micro_batch(run->trial) / run->sharing.of;
}

/* Is there one pass, rather than several whose gradients are added up? */
static bool is_single(const fl_train_run *run)
{
    return run->sharing.n == 1 && fl_train_run_parts(run) == 1;
}

static double forward(fl_train_run *run, size_t step, size_t part)
{
    fl_train_run_load(run, step, part);
    fl_network_forward(run->network);
    run->loaded.passed = true;
    return fl_network_loss(run->network);
}

void fl_train_run_add_gradient(fl_train_run *run, float *sum, size_t first, size_t count, size_t part, size_t parts)
{
    float *gradient = fl_network_gradient(run->network), share = 1 / (float)parts;
    size_t end = first + count;
    if (!part) memcpy(sum + first, gradient + first, count * sizeof *sum);
    for (size_t i = first; part && i < end; i++) sum[i] += gradient[i];
    for (size_t i = first; part == parts - 1 && i < end; i++) gradient[i] = sum[i] * share;
}

/* A backward pass under way: of micro-batch `part` of a share. */
typedef struct passing {
    fl_train_run *run;
    size_t part, parts;
    bool sends; /* it completes what this process brings to the others */
} passing;

/* While the others' messages come, and one's own go, the rest is computed. */
static void take_range(void *user, size_t first, size_t count)
{
    const passing *p = user;
    if (p->parts > 1) fl_train_run_add_gradient(p->run, p->run->sum, first, count, p->part, p->parts);
    if (!p->sends) return;
    fl_train_tree_add_range(&p->run->workers.tree, fl_network_gradient(p->run->network), first, count);
    fl_train_carriers_progress(p->run->carriers);
}

/* Of the last worker that this process carries, the last pass. */
static bool sends(const fl_train_run *run, size_t worker, size_t part)
{
    return run->carriers && run->sharing.n > 1 && worker + 1 == run->workers.end && part + 1 == fl_train_run_parts(run);
}

/* Loss, and gradient where it is wanted, of a worker's share by its micro-batches. The loss is sent before the first of
 * the gradient. */
static double pass_share(fl_train_run *run, size_t step, size_t worker, bool gradient)
{
    passing p = { .run = run, .parts = fl_train_run_parts(run) };
    double loss = 0;
    for (; p.part < p.parts; p.part++) {
        loss += forward(run, step, worker * p.parts + p.part) / (double)p.parts;
        p.sends = gradient && sends(run, worker, p.part);
        if (p.sends) fl_train_workers_bring_loss(run, worker, loss);
        if (gradient) fl_network_backward(run->network, p.parts > 1 || p.sends ? take_range : NULL, &p);
        fl_train_run_end_lap(run, &run->outcome->seconds.forward_backward);
    }
    return loss;
}

/* The same of all shares, each from its worker's state. Every process knows the loss before it takes a gradient. */
static double pass_shares(fl_train_run *run, size_t step, bool gradient)
{
    fl_train_workers *workers = &run->workers;
    float *mean = fl_network_gradient(run->network);
    fl_train_tree_begin(&workers->tree, fl_network_layout(run->network)->count);
    for (size_t w = workers->first; w < workers->end; w++) {
        fl_train_workers_enter(run, w);
        workers->losses[w] = pass_share(run, step, w, gradient);
        fl_train_workers_leave(run, w);
        if (gradient && !sends(run, w, fl_train_run_parts(run) - 1)) fl_train_tree_add(&workers->tree, mean);
    }
    double loss = fl_train_workers_mean_loss(run, gradient);
    if (gradient && isfinite(loss))
        fl_train_tree_mean(&workers->tree, mean);
    else
        fl_train_tree_drop(&workers->tree);
    fl_train_run_end_lap(run, &run->outcome->seconds.forward_backward);
    return loss;
}

/* Loss, and the gradient of several passes where it is wanted. */
static double pass(fl_train_run *run, size_t step, bool gradient)
{
    if (run->plans->n_together) return fl_train_workers_pass_together(run, step, gradient);
    if (run->sharing.n > 1) return pass_shares(run, step, gradient);
    if (!is_single(run)) return pass_share(run, step, run->sharing.first, gradient);
    return forward(run, step, run->sharing.first);
}

double fl_train_run_forward(fl_train_run *run)
{
    return pass(run, run->step, !run->declined);
}

void fl_train_run_backward(fl_train_run *run, fl_network_done *done)
{
    run->outcome->gradient_evaluations += run->sharing.n;
    if (is_single(run)) fl_network_backward(run->network, done, run);
}

/* Running statistics and carries start from where the step did, and are left where its first forward left them. */
double fl_train_run_pass(fl_train_run *run, size_t step, bool gradient)
{
    size_t bytes = run->passing.count * sizeof(float);
    float *state = fl_train_workers_state(run);
    if (bytes) memcpy(run->passing.after, state, bytes);
    if (bytes) memcpy(state, run->passing.before, bytes);
    double loss = pass(run, step, gradient);
    if (gradient) fl_train_run_backward(run, NULL);
    if (bytes) memcpy(state, run->passing.after, bytes);
    return loss;
}
