/* Method `distributed_kfac`. Gradients are those of `synchronous`; what the rule's preconditioner costs is done by
 * other workers, at the parameters and in the order that virtual/inverses.h says. One process does all of it: a result
 * is computed when its round begins, and lies aside until its time has come.
 */
#include "method/method_distributed_kfac.h"
#include "network/curvature.h"
#include "train/method.h"
#include "train/timeline.h"
#include "train/workers.h"
#include "virtual/inverses.h"

#include <math.h>

typedef struct servants {
    fl_virtual_inverses_rules rules;
    fl_virtual_inverses_state *clock;
    float *statistics, *inverses; /* of the rounds that were begun last */
    size_t count;                 /* floats of each */
    fl_train_tree tree;           /* of statistics workers */
    size_t n_inverses, *worker_of;
    double *costs, all_costs;
    double *late; /* steps since the last point, and how old the inverses in use were in all and at most */
} servants;

enum { STEPS, LATE, MOST, N_LATE };

static const double *hyper_of(const fl_train_run *run)
{
    return run->trial->values.of[FL_TRIAL_OF_METHOD];
}

static const fl_optimizer_preconditioner *preconditioner_of(const fl_train_run *run)
{
    return run->trial->owners.optimizer->preconditioner;
}

static bool have_own_batches(const servants *s)
{
    return s->rules.statistics_workers > 0;
}

/* Workers that measure. */
static size_t measurers(const servants *s)
{
    return have_own_batches(s) ? s->rules.statistics_workers : s->rules.workers;
}

static fl_virtual_inverses_rules rules_of(const fl_train_run *run)
{
    const double *hyper = hyper_of(run);
    static const size_t mean[] = { FL_METHOD_KFAC_STEP, FL_METHOD_KFAC_STATISTICS, FL_METHOD_KFAC_INVERSE };
    fl_optimizer_periods periods = preconditioner_of(run)->periods(run->update.hyper);
    fl_virtual_inverses_rules rules = { .workers = run->trial->workers,
                                        .statistics_workers = (size_t)hyper[FL_METHOD_KFAC_STATISTICS_WORKERS],
                                        .statistics_every = periods.statistics,
                                        .inverse_every = periods.inverses,
                                        .waits = hyper[FL_METHOD_KFAC_INVERSES] == FL_METHOD_KFAC_SYNCHRONOUS,
                                        .seed = run->trial->seed };
    for (size_t i = 0; i < FL_VIRTUAL_INVERSES_KINDS; i++)
        rules.of[i] = (fl_virtual_duration){ (fl_virtual_distribution)hyper[FL_METHOD_KFAC_DURATIONS], hyper[mean[i]],
                                             hyper[FL_METHOD_KFAC_SPREAD], run->trial->trace };
    return rules;
}

static void assign(fl_train_run *run, servants *s)
{
    const fl_optimizer_preconditioner *p = preconditioner_of(run);
    s->n_inverses = run->update.n_blocks * p->per_block;
    s->worker_of = fl_arena_bytes(run->arena, s->n_inverses * sizeof *s->worker_of);
    s->costs = fl_arena_bytes(run->arena, s->n_inverses * sizeof *s->costs);
    for (size_t i = 0; i < s->n_inverses; i++) s->all_costs += s->costs[i] = p->cost(&run->update, i);
    s->rules.share = fl_virtual_inverses_assign(s->n_inverses, s->costs,
                                                (size_t)hyper_of(run)[FL_METHOD_KFAC_INVERSE_WORKERS], s->worker_of);
}

/* Batches of their own, of an order and draws of their own. */
static uint64_t seed_of_statistics(const fl_train_run *run)
{
    fl_random_stream stream = fl_random_stream_start(run->trial->seed, "statistics", 0);
    uint64_t high = fl_random_u32(&stream);
    return high << 32 | fl_random_u32(&stream);
}

static void allocate(fl_train_run *run)
{
    servants *s = run->servers = fl_arena_bytes(run->arena, sizeof *s);
    fl_train_workers_allocate(run);
    s->rules = rules_of(run);
    s->clock = fl_arena_bytes(run->arena, sizeof *s->clock);
    s->late = fl_arena_bytes(run->arena, N_LATE * sizeof *s->late);
    s->count = preconditioner_of(run)->floats(&run->update);
    s->statistics = fl_arena_floats(run->arena, s->count);
    s->inverses = fl_arena_floats(run->arena, s->count);
    s->tree = fl_train_tree_new(run->arena, NULL, measurers(s), s->count);
    assign(run, s);
    run->update.served = true;
    if (have_own_batches(s))
        fl_dataset_order_start(&run->order_of_statistics, run->plans->splits.training.count, fl_trial_share(run->trial),
                               seed_of_statistics(run));
}

static void keep(fl_train_run *run)
{
    servants *s = run->servers;
    fl_train_run_keep(run, run->update.parameters, run->update.layout->count);
    fl_train_run_keep(run, (float *)(void *)s->clock, sizeof *s->clock / sizeof(float));
    fl_train_run_keep(run, (float *)(void *)s->late, N_LATE * sizeof *s->late / sizeof(float));
    fl_train_run_keep(run, s->statistics, s->count);
    fl_train_run_keep(run, s->inverses, s->count);
}

/* --- the work --- */

/* Batch `number` of the statistics workers' order into the network. */
static void load_own(fl_train_run *run, uint64_t number)
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

/* The running statistics with which gradient worker `worker` began the step. */
static const float *state_of(const fl_train_run *run, size_t worker)
{
    return run->passing.count ? run->passing.before + worker * (run->passing.count / run->sharing.n) : NULL;
}

static void stand(fl_train_run *run, servants *s, size_t worker)
{
    bool own = have_own_batches(s);
    if (own)
        load_own(run, s->clock->statistics.n * measurers(s) + worker);
    else
        fl_train_run_load(run, run->step, worker);
    (run->loaded.passed ? fl_network_curvature_at_pass : fl_network_curvature_at)(run->plans->curvature, run->network,
                                                                                  state_of(run, own ? 0 : worker));
    run->standing.of = run->plans->curvature;
    fl_train_run_end_lap(run, &run->outcome->seconds.curvature);
}

static void measure(void *user)
{
    fl_train_run *run = user;
    servants *s = run->servers;
    size_t n = measurers(s);
    if (n > 1) fl_train_tree_begin(&s->tree, s->count);
    for (size_t w = 0; w < n; w++) {
        stand(run, s, w);
        preconditioner_of(run)->measure(&run->update, s->statistics);
        if (n > 1) fl_train_tree_add(&s->tree, s->statistics);
    }
    if (n > 1) fl_train_tree_mean(&s->tree, s->statistics);
    fl_train_run_end_lap(run, &run->outcome->seconds.curvature);
}

static void average(void *user)
{
    fl_train_run *run = user;
    preconditioner_of(run)->average(&run->update, ((servants *)run->servers)->statistics);
}

static void invert(void *user)
{
    fl_train_run *run = user;
    preconditioner_of(run)->invert(&run->update, ((servants *)run->servers)->inverses);
}

static void use(void *user)
{
    fl_train_run *run = user;
    preconditioner_of(run)->use(&run->update, ((servants *)run->servers)->inverses);
}

/* --- who did what when --- */

static double after(uint64_t from, uint64_t duration)
{
    return fl_virtual_seconds(from + duration);
}

static void write_gradients(fl_train_run *run, const servants *s, uint64_t began)
{
    const fl_virtual_inverses_state *c = s->clock;
    for (size_t w = 0; w < s->rules.workers; w++) {
        uint64_t takes = fl_virtual_inverses_duration(&s->rules, FL_VIRTUAL_INVERSES_STEP, run->step, w);
        double from = fl_virtual_seconds(c->computes), to = after(c->computes, takes);
        const fl_train_span spans[] = { { "statistics", fl_virtual_seconds(began), from, NULL },
                                        { "compute", from, to, NULL },
                                        { "wait", to, fl_virtual_seconds(c->now), NULL } };
        fl_train_timeline_add(run, w, "virtual", spans, 3);
    }
}

static void write_statistics(fl_train_run *run, const servants *s)
{
    uint64_t from = s->clock->statistics.from;
    for (size_t w = 0; w < s->rules.statistics_workers; w++) {
        uint64_t takes = fl_virtual_inverses_duration(&s->rules, FL_VIRTUAL_INVERSES_STATISTICS, run->step, w);
        const fl_train_span span = { "statistics", fl_virtual_seconds(from), after(from, takes), NULL };
        fl_train_timeline_add(run, s->rules.workers + w, "virtual", &span, 1);
    }
}

/* One after the other on its worker, in the order of their layers; a line for each. */
static void write_inverses(fl_train_run *run, const servants *s)
{
    uint64_t all = fl_virtual_inverses_duration(&s->rules, FL_VIRTUAL_INVERSES_INVERSE, run->step, 0);
    double from = fl_virtual_seconds(s->clock->inverses.from), per_cost = fl_virtual_seconds(all) / s->all_costs;
    size_t first = s->rules.workers + s->rules.statistics_workers, per_block = preconditioner_of(run)->per_block;
    for (size_t i = 0; i < s->n_inverses; i++) {
        double before = 0;
        for (size_t k = 0; k < i; k++) before += s->worker_of[k] == s->worker_of[i] ? s->costs[k] : 0;
        size_t weight = run->update.blocks[i / per_block].weight;
        const fl_train_span span = { "inverse", from + before * per_cost, from + (before + s->costs[i]) * per_cost,
                                     run->update.layout->tensors[weight].name };
        fl_train_timeline_add(run, first + s->worker_of[i], "virtual", &span, 1);
    }
}

static void let_work(fl_train_run *run, servants *s)
{
    static const fl_virtual_inverses_work work = { measure, average, invert, use };
    const fl_virtual_inverses_state before = *s->clock;
    fl_virtual_inverses_step(s->clock, &s->rules, run->step, &work, run);
    fl_train_run_end_lap(run, &run->outcome->seconds.update);
    if (!fl_train_timeline_wants(run)) return;
    write_gradients(run, s, before.now);
    if (s->clock->statistics.n > before.statistics.n) write_statistics(run, s);
    if (s->clock->inverses.n > before.inverses.n) write_inverses(run, s);
}

/* --- the method --- */

static size_t doubly(const fl_train_run *run)
{
    return (size_t)hyper_of(run)[FL_METHOD_KFAC_DOUBLY_ABOVE];
}

static void step(fl_train_run *run)
{
    servants *s = run->servers;
    fl_train_run_look(run);
    run->loss = fl_train_run_forward(run);
    if (!isfinite(run->loss)) return;
    fl_train_run_backward(run, NULL);
    fl_train_run_end_lap(run, &run->outcome->seconds.forward_backward);
    let_work(run, s);
    fl_train_run_update(run);
    double late = (double)(run->step - s->clock->of);
    s->late[STEPS]++;
    s->late[LATE] += late;
    s->late[MOST] = fmax(s->late[MOST], late);
}

static void present(fl_train_run *run, size_t done)
{
    fl_train_workers_present(run);
}

static void note(fl_train_run *run, fl_trial_point *point)
{
    servants *s = run->servers;
    point->has_inverse_staleness = true;
    point->inverse_staleness = s->late[LATE] / s->late[STEPS];
    point->inverse_staleness_max = s->late[MOST];
    point->virtual_seconds = fl_virtual_seconds(s->clock->now);
    for (size_t i = 0; i < N_LATE; i++) s->late[i] = 0;
}

const fl_train_method fl_train_method_distributed_kfac = { .doubly = doubly,
                                                           .allocate = allocate,
                                                           .start = fl_train_workers_start,
                                                           .step = step,
                                                           .present = present,
                                                           .keep = keep,
                                                           .note = note };
