/* A step's forward and backward passes: of the whole batch at once, or share by share of those who share it, whose
 * gradients meet in a tree; a share at once, or its micro-batches one after the other, whose gradients are added up in
 * their order.
 */
#include "train/workers.h"

#include <math.h>
#include <string.h>

size_t fl_train_run_examples(const fl_train_run *run)
{
    return run->multiple * run->trial->batch_size;
}

size_t fl_train_run_most_examples(const fl_train_run *run)
{
    const fl_trial *trial = run->trial;
    return trial->batch_size * fl_trial_multiple(trial, trial->steps - 1, run->plans->splits.training.count);
}

size_t fl_train_run_parts(const fl_train_run *run)
{
    return fl_train_run_examples(run) / fl_trial_micro_batch(run->trial) / run->sharing.of;
}

/* Is there one pass, rather than several whose gradients are added up? */
static bool is_single(const fl_train_run *run)
{
    return run->sharing.n == 1 && fl_train_run_parts(run) == 1;
}

/* A grown batch goes on where the epoch's order is, and in the next epoch's at its end. */
void fl_train_run_gather(fl_train_run *run, size_t step, size_t part, size_t n, fl_dataset_input input, int32_t *labels)
{
    size_t parts = run->trial->batch_size / n, number = run->first_batch + (step - run->step) * run->multiple;
    size_t first = fl_dataset_order_batch(&run->order, number + part / parts) + part % parts * n;
    fl_backend_moment moment = { run->trial->seed, step, part * n };
    input.pipeline = run->plans->pipeline;
    input.moment = &moment;
    fl_dataset_examples_gather(&run->plans->splits.training, run->order.order, first, n, input, labels);
}

void fl_train_run_load(fl_train_run *run, size_t step, size_t part)
{
    size_t n = fl_trial_micro_batch(run->trial);
    const fl_train_loaded wanted = { step + 1, part };
    if (wanted.step == run->loaded.step && wanted.part == run->loaded.part) return;
    fl_train_run_gather(run, step, part, n, fl_train_plans_input(run->network), fl_network_labels(run->network));
    fl_network_set_moment(run->network, (fl_backend_moment){ run->trial->seed, step, part * n });
    fl_train_run_end_lap(run, &run->outcome->seconds.data);
    run->loaded = wanted;
}

void fl_train_run_load_any(fl_train_run *run, size_t part)
{
    size_t n = fl_trial_micro_batch(run->trial);
    fl_dataset_input input = fl_train_plans_input(run->network);
    input.pipeline = run->plans->pipeline;
    fl_dataset_examples_gather(&run->plans->splits.training, NULL, part * n, n, input, fl_network_labels(run->network));
    fl_network_set_moment(run->network, (fl_backend_moment){ run->trial->seed, run->step, part * n });
    run->loaded = (fl_train_loaded){ 0 };
    fl_train_run_end_lap(run, &run->outcome->seconds.data);
}

static double forward(fl_train_run *run, size_t step, size_t part)
{
    fl_train_run_load(run, step, part);
    fl_network_forward(run->network);
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

/* Loss, and gradient where it is wanted, of a worker's share by its micro-batches. */
static double pass_share(fl_train_run *run, size_t step, size_t worker, bool gradient)
{
    size_t parts = fl_train_run_parts(run), count = fl_network_layout(run->network)->count;
    double loss = 0;
    for (size_t part = 0; part < parts; part++) {
        loss += forward(run, step, worker * parts + part) / (double)parts;
        if (gradient) fl_network_backward(run->network, NULL, NULL);
        if (gradient && parts > 1) fl_train_run_add_gradient(run, run->sum, 0, count, part, parts);
        fl_train_run_end_lap(run, &run->outcome->seconds.forward_backward);
    }
    return loss;
}

/* The same of all shares, each from its worker's state. Every process knows the loss before it sends a gradient. */
static double pass_shares(fl_train_run *run, size_t step, bool gradient)
{
    fl_train_workers *workers = &run->workers;
    float *mean = fl_network_gradient(run->network);
    fl_train_tree_begin(&workers->tree, fl_network_layout(run->network)->count);
    for (size_t w = workers->first; w < workers->end; w++) {
        fl_train_workers_enter(run, w);
        workers->losses[w] = pass_share(run, step, w, gradient);
        fl_train_workers_leave(run, w);
        if (gradient) fl_train_tree_add(&workers->tree, mean);
    }
    fl_train_carriers_gather(run->carriers, workers->n, workers->losses, sizeof *workers->losses);
    double loss = fl_train_tree_mean_number(workers->losses, workers->n);
    if (gradient && isfinite(loss)) fl_train_tree_mean(&workers->tree, mean);
    fl_train_run_end_lap(run, &run->outcome->seconds.forward_backward);
    return loss;
}

/* Loss, and the gradient of several passes where it is wanted. */
static double pass(fl_train_run *run, size_t step, bool gradient)
{
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
