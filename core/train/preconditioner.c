#include "train/preconditioner.h"
#include "method/method_distributed_kfac.h"
#include "virtual/inverses.h"

#include <math.h>
#include <string.h>

static size_t hyper_of(const fl_train_run *run, size_t which)
{
    return (size_t)run->trial->values.of[FL_TRIAL_OF_METHOD][which];
}

static void assign(fl_train_run *run, fl_train_preconditioner *p)
{
    p->n_inverses = run->update.n_blocks * p->of->per_block;
    p->worker_of = fl_arena_bytes(run->arena, p->n_inverses * sizeof *p->worker_of);
    p->costs = fl_arena_bytes(run->arena, p->n_inverses * sizeof *p->costs);
    for (size_t i = 0; i < p->n_inverses; i++) p->all_costs += p->costs[i] = p->of->cost(&run->update, i);
    p->busiest = fl_virtual_inverses_assign(p->n_inverses, p->costs, p->inverse_workers, p->worker_of);
}

/* Batches of their own, of an order and draws of their own. */
static uint64_t seed_of_statistics(const fl_train_run *run)
{
    fl_random_stream stream = fl_random_stream_start(run->trial->seed, "statistics", 0);
    uint64_t high = fl_random_u32(&stream);
    return high << 32 | fl_random_u32(&stream);
}

void fl_train_preconditioner_allocate(fl_train_run *run, fl_train_preconditioner *p)
{
    const fl_optimizer_preconditioner *of = run->trial->owners.optimizer->preconditioner;
    *p = (fl_train_preconditioner){ .of = of,
                                    .periods = of->periods(run->update.hyper),
                                    .statistics_workers = hyper_of(run, FL_METHOD_KFAC_STATISTICS_WORKERS),
                                    .inverse_workers = hyper_of(run, FL_METHOD_KFAC_INVERSE_WORKERS),
                                    .count = of->floats(&run->update) };
    p->n_measure = p->statistics_workers ? p->statistics_workers : run->trial->workers;
    p->statistics = fl_arena_floats(run->arena, p->count);
    p->inverses = fl_arena_floats(run->arena, p->count);
    p->late = fl_arena_bytes(run->arena, FL_TRAIN_PRECONDITIONER_LATE * sizeof *p->late);
    p->tree = fl_train_tree_new(run->arena, NULL, p->n_measure, p->count);
    assign(run, p);
    run->update.served = true;
    if (p->statistics_workers)
        fl_dataset_order_start(&run->order_of_statistics, run->plans->splits.training.count, fl_trial_share(run->trial),
                               seed_of_statistics(run));
}

void fl_train_preconditioner_load(fl_train_run *run, uint64_t number)
{
    fl_dataset_order *order = &run->order_of_statistics;
    fl_backend_moment moment = { order->seed, number, 0 };
    fl_dataset_input input = fl_train_plans_input(run->network);
    size_t first = fl_dataset_order_batch(order, number);
    input.pipeline = run->plans->pipeline;
    input.moment = &moment;
    fl_dataset_examples_gather(&run->plans->splits.training, order->order, first, order->batch, input,
                               fl_network_labels(run->network));
    fl_network_set_moment(run->network, moment);
    run->loaded = (fl_train_loaded){ 0 };
    fl_train_run_end_lap(run, &run->outcome->seconds.data);
}

void fl_train_preconditioner_invert(fl_train_run *run, fl_train_preconditioner *p, size_t worker)
{
    for (size_t i = 0; i < p->n_inverses; i++)
        if (worker == SIZE_MAX || p->worker_of[i] == worker) p->of->invert(&run->update, i, p->inverses);
}

size_t fl_train_preconditioner_pack(const fl_train_run *run, const fl_train_preconditioner *p, size_t worker,
                                    float *packed, bool back)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_inverses; i++) {
        if (p->worker_of[i] != worker) continue;
        fl_tensor_extent at = p->of->place(&run->update, i);
        float *inverse = p->inverses + at.first;
        if (packed && back) memcpy(inverse, packed + n, at.count * sizeof *packed);
        if (packed && !back) memcpy(packed + n, inverse, at.count * sizeof *packed);
        n += at.count;
    }
    return n;
}

void fl_train_preconditioner_count(const fl_train_run *run, fl_train_preconditioner *p, uint64_t of)
{
    double late = (double)(run->step - of);
    p->late[FL_TRAIN_PRECONDITIONER_STEPS]++;
    p->late[FL_TRAIN_PRECONDITIONER_SUM] += late;
    p->late[FL_TRAIN_PRECONDITIONER_MOST] = fmax(p->late[FL_TRAIN_PRECONDITIONER_MOST], late);
}

void fl_train_preconditioner_note(fl_train_preconditioner *p, fl_trial_point *point)
{
    point->has_inverse_staleness = true;
    point->inverse_staleness = p->late[FL_TRAIN_PRECONDITIONER_SUM] / p->late[FL_TRAIN_PRECONDITIONER_STEPS];
    point->inverse_staleness_max = p->late[FL_TRAIN_PRECONDITIONER_MOST];
    for (size_t i = 0; i < FL_TRAIN_PRECONDITIONER_LATE; i++) p->late[i] = 0;
}

void fl_train_preconditioner_keep_late(fl_train_run *run, const fl_train_preconditioner *p)
{
    fl_train_run_keep(run, (float *)(void *)p->late, FL_TRAIN_PRECONDITIONER_LATE * sizeof *p->late / sizeof(float));
}

size_t fl_train_preconditioner_doubly(const fl_train_run *run)
{
    return hyper_of(run, FL_METHOD_KFAC_DOUBLY_ABOVE);
}
