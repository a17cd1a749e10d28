/* Workers whose passes meet inside, as those of synchronised batch norm do: a network for each of them, of one plan,
 * with the same parameters. The first is the run's own.
 */
#include "network/together.h"
#include "train/workers.h"

#include <math.h>
#include <string.h>

static void load(fl_train_run *run, size_t step, size_t worker, fl_network *network)
{
    size_t n = fl_trial_micro_batch(run->trial);
    fl_train_run_gather(run, step, worker, n, fl_train_plans_input(network), fl_network_labels(network));
    fl_network_set_moment(network, (fl_backend_moment){ run->trial->seed, step, worker * n });
}

static void take_parameters(const fl_train_run *run, fl_network *network)
{
    size_t count = fl_network_layout(network)->count;
    if (network == run->network) return;
    memcpy(fl_network_parameters(network), fl_network_parameters(run->network), count * sizeof(float));
    fl_network_refresh(network, 0, count);
}

/* Each begins with its batch, the parameters, and its own state. */
static void begin(fl_train_run *run, size_t step)
{
    const fl_train_workers *workers = &run->workers;
    for (size_t w = 0; w < workers->n; w++) {
        fl_network *network = run->plans->together[w];
        load(run, step, w, network);
        take_parameters(run, network);
        memcpy(fl_network_state(network), workers->states + w * workers->n_state, workers->n_state * sizeof(float));
    }
    run->loaded = (fl_train_loaded){ 0 };
    fl_train_run_end_lap(run, &run->outcome->seconds.data);
}

static void end(fl_train_run *run)
{
    fl_train_workers *workers = &run->workers;
    for (size_t w = 0; w < workers->n; w++) {
        fl_network *network = run->plans->together[w];
        workers->losses[w] = fl_network_loss(network);
        memcpy(workers->states + w * workers->n_state, fl_network_state(network), workers->n_state * sizeof(float));
    }
}

static void add_gradients(fl_train_run *run)
{
    fl_train_tree *tree = &run->workers.tree;
    fl_train_tree_begin(tree, fl_network_layout(run->network)->count);
    for (size_t w = 0; w < run->workers.n; w++) fl_train_tree_add(tree, fl_network_gradient(run->plans->together[w]));
    fl_train_tree_mean(tree, fl_network_gradient(run->network));
}

double fl_train_workers_pass_together(fl_train_run *run, size_t step, bool gradient)
{
    const fl_network_together together = { run->plans->together, run->workers.n, fl_train_tree_mean_number,
                                           run->workers.squares };
    begin(run, step);
    fl_network_together_forward(&together);
    end(run);
    double loss = fl_train_tree_mean_number(run->workers.losses, run->workers.n);
    if (gradient && isfinite(loss)) fl_network_together_backward(&together);
    if (gradient && isfinite(loss)) add_gradients(run);
    fl_train_run_end_lap(run, &run->outcome->seconds.forward_backward);
    return loss;
}
