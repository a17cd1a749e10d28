/* Running statistics and what is carried on are each worker's own: they follow its share of the batches. With one
 * worker they are the network's, and nothing is copied. */
#include "train/method.h"
#include "train/workers.h"

#include <string.h>

void fl_train_workers_allocate(fl_train_run *run)
{
    fl_train_workers *workers = &run->workers;
    size_t n_state = fl_network_state_layout(run->network)->count, count = fl_network_layout(run->network)->count;
    if (run->update.layout->count > count) count = run->update.layout->count;
    workers->losses = fl_arena_bytes(run->arena, workers->n * sizeof *workers->losses);
    workers->squares = fl_arena_bytes(run->arena, workers->n * sizeof *workers->squares);
    workers->tree.workers = workers->n;
    if (workers->n == 1) return;
    workers->n_state = n_state;
    workers->states = fl_arena_floats(run->arena, workers->n * n_state);
    fl_train_carriers *carriers = run->method->work ? NULL : run->carriers; /* who walks the loop alone adds up */
    workers->tree = fl_train_tree_new(run->arena, carriers, workers->n, n_state > count ? n_state : count);
}

static size_t bytes_of(const fl_train_run *run)
{
    return run->workers.n_state * sizeof(float);
}

static float *state_of(const fl_train_run *run, size_t w)
{
    return run->workers.states + w * run->workers.n_state;
}

void fl_train_workers_start(fl_train_run *run)
{
    for (size_t w = 0; w < run->workers.n && run->workers.n_state; w++) fl_train_workers_leave(run, w);
}

size_t fl_train_workers_carrier(const fl_train_run *run, size_t w)
{
    size_t rank = 0, first, end, size = fl_train_carriers_size(run->carriers);
    fl_train_carriers_block(size, rank, run->workers.n, &first, &end);
    while (w >= end) fl_train_carriers_block(size, ++rank, run->workers.n, &first, &end);
    return rank;
}

void fl_train_workers_enter(fl_train_run *run, size_t w)
{
    if (run->workers.n_state) memcpy(fl_network_state(run->network), state_of(run, w), bytes_of(run));
}

void fl_train_workers_leave(fl_train_run *run, size_t w)
{
    if (run->workers.n_state) memcpy(state_of(run, w), fl_network_state(run->network), bytes_of(run));
}

float *fl_train_workers_state(const fl_train_run *run)
{
    return run->sharing.n > 1 ? run->workers.states : fl_network_state(run->network);
}

void fl_train_workers_clear_carry(fl_train_run *run)
{
    if (!run->workers.n_state) fl_network_clear_carry(run->network);
    for (size_t w = 0; w < run->workers.n && run->workers.n_state; w++) {
        fl_train_workers_enter(run, w);
        fl_network_clear_carry(run->network);
        fl_train_workers_leave(run, w);
    }
}

void fl_train_workers_bring_loss(fl_train_run *run, size_t last, double loss)
{
    fl_train_workers *workers = &run->workers;
    workers->losses[last] = loss;
    workers->losses_sent =
        fl_train_carriers_gather_begin(run->carriers, workers->n, workers->losses, sizeof *workers->losses);
}

double fl_train_workers_mean_loss(fl_train_run *run, bool brought)
{
    fl_train_workers *workers = &run->workers;
    size_t each = sizeof *workers->losses;
    if (run->carriers && brought)
        fl_train_carriers_gather_end(run->carriers, workers->losses_sent, workers->n, workers->losses, each);
    else
        fl_train_carriers_gather(run->carriers, workers->n, workers->losses, each);
    return fl_train_tree_mean_number(workers->losses, workers->n);
}

void fl_train_workers_present(fl_train_run *run, size_t done)
{
    fl_train_workers *workers = &run->workers;
    if (workers->n_state)
        fl_train_tree_mean_of(&workers->tree, workers->states, workers->n_state, fl_network_state(run->network));
}
