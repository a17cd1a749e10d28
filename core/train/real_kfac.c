/* Process 0's step: it asks, computes its own share, and uses what has come. */
#include "train/real_kfac.h"
#include "base/clock.h"
#include "train/timeline.h"
#include "train/workers.h"

#include <math.h>
#include <string.h>

/* What is done with the answer of a pool's worker, by its number there. */
typedef void taker(fl_train_run *run, const fl_train_message *message, size_t worker);

/* --- asking and answers --- */

static bool is_due(const fl_train_real_pool *pool, const fl_train_real_round *round, uint64_t step, uint64_t every)
{
    return !pool->busy && (!round->n || step - round->step >= every);
}

static void begin(fl_train_real_pool *pool)
{
    pool->busy = true;
    pool->answers = 0;
}

static void ask(fl_train_run *run, size_t rank, uint64_t kind, uint64_t batch, const float *values, size_t n,
                bool state)
{
    fl_train_real *real = fl_train_real_of(run);
    const fl_train_real_header header = { .batch = batch, .value = run->rate, .work_seconds = real->longest_work };
    fl_train_real_expect(real, rank);
    fl_train_real_send(run, rank, kind, &header, values, n, state);
}

static void note_work(fl_train_real_kfac *k, double worked)
{
    k->longest_work = fmax(k->longest_work, worked);
    k->real.longest_work = k->known ? k->longest_work : -1;
}

/* By this process's clock, as soon as it looks. */
static void write_down(fl_train_run *run, const char *what, size_t worker, double worked)
{
    double now = fl_clock_seconds() - run->started;
    const fl_train_span span = { what, now - worked, now, NULL };
    if (fl_train_timeline_wants(run)) fl_train_timeline_add(run, worker, "real", &span, 1);
}

/* Take what has come of a round, in the workers' order; with `waits` all of it. True once, when it is complete. */
static bool take_answers(fl_train_run *run, fl_train_real_pool *pool, taker *take, bool waits)
{
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    for (; pool->busy && pool->answers < pool->n; pool->answers++) {
        size_t rank = pool->first + pool->answers;
        const fl_train_message *message = (waits ? fl_train_real_await : fl_train_real_poll)(run, rank, rank + 1);
        if (!message) return false;
        k->real.excused[rank] = true;
        take(run, message, pool->answers);
    }
    bool complete = pool->busy;
    pool->busy = false;
    return complete;
}

static const float *unpack(fl_train_run *run, const fl_train_message *message, const fl_train_real_pool *pool, size_t n,
                           bool state, double *value)
{
    fl_train_real_header header;
    const float *values = fl_train_real_unpack(run, message, &header, n, state);
    note_work(fl_train_real_kfac_of(run), header.work_seconds);
    write_down(run, pool->what, message->from, header.work_seconds);
    *value = header.value;
    return values;
}

/* --- gradients --- */

static void ask_for_gradients(fl_train_run *run)
{
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    for (size_t w = 1; w <= k->gradients.n; w++) {
        fl_train_workers_enter(run, w);
        ask(run, w, FL_TRAIN_REAL_COMPUTE, run->step, fl_network_parameters(run->network), k->real.count, true);
    }
    fl_train_workers_enter(run, 0);
    begin(&k->gradients);
}

static void compute_own(fl_train_run *run)
{
    double began = fl_clock_seconds();
    run->workers.losses[0] = fl_train_run_forward(run);
    if (isfinite(run->workers.losses[0])) fl_train_run_backward(run, NULL);
    fl_train_workers_leave(run, 0);
    double worked = fl_clock_seconds() - began;
    note_work(fl_train_real_kfac_of(run), worked);
    write_down(run, "compute", 0, worked);
}

static void take_gradient(fl_train_run *run, const fl_train_message *message, size_t index)
{
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    size_t worker = index + 1;
    const float *gradient = unpack(run, message, &k->gradients, k->real.count, true, &run->workers.losses[worker]);
    fl_train_workers_leave(run, worker);
    fl_train_tree_add(&run->workers.tree, gradient);
    run->outcome->gradient_evaluations++;
}

/* The mean of everybody's, in the order of the workers. */
static void compute(fl_train_run *run)
{
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    fl_train_tree *tree = &run->workers.tree;
    float *gradient = fl_network_gradient(run->network);
    compute_own(run);
    fl_train_run_end_lap(run, &run->outcome->seconds.forward_backward);
    if (k->gradients.n) {
        fl_train_tree_begin(tree, k->real.count);
        fl_train_tree_add(tree, gradient);
        take_answers(run, &k->gradients, take_gradient, true);
        fl_train_tree_mean(tree, gradient);
    }
    run->loss = fl_train_tree_mean_number(run->workers.losses, run->workers.n);
    fl_train_run_end_lap(run, &run->outcome->seconds.forward_backward);
}

/* --- statistics and inverses --- */

static void begin_statistics(fl_train_run *run)
{
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    fl_train_real_round *round = &k->rounds->statistics;
    if (!is_due(&k->statistics, round, run->step, k->p.periods.statistics)) return;
    for (size_t w = 0; w < k->statistics.n; w++)
        ask(run, k->statistics.first + w, FL_TRAIN_REAL_MEASURE, round->n * k->statistics.n + w,
            fl_network_parameters(run->network), k->real.count, true);
    *round = (fl_train_real_round){ round->n + 1, run->step };
    begin(&k->statistics);
}

static void take_statistics(fl_train_run *run, const fl_train_message *message, size_t worker)
{
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    fl_train_preconditioner *p = &k->p;
    double nothing;
    const float *statistics = unpack(run, message, &k->statistics, p->count, false, &nothing);
    run->outcome->curvature_products++;
    if (p->n_measure == 1) memcpy(p->statistics, statistics, p->count * sizeof *statistics);
    if (p->n_measure == 1) return;
    if (!worker) fl_train_tree_begin(&p->tree, p->count);
    fl_train_tree_add(&p->tree, statistics);
    if (worker + 1 == p->n_measure) fl_train_tree_mean(&p->tree, p->statistics);
}

static void begin_inverses(fl_train_run *run)
{
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    fl_train_real_round *round = &k->rounds->inverses;
    for (size_t w = 0; w < k->inverses.n; w++)
        ask(run, k->inverses.first + w, FL_TRAIN_REAL_INVERT, 0, run->update.own, run->own.kept, false);
    *round = (fl_train_real_round){ round->n + 1, run->step };
    begin(&k->inverses);
}

static void take_inverses(fl_train_run *run, const fl_train_message *message, size_t worker)
{
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    fl_train_preconditioner *p = &k->p;
    double nothing;
    size_t n = fl_train_preconditioner_pack(run, p, worker, NULL, false);
    memcpy(p->statistics, unpack(run, message, &k->inverses, n, false, &nothing), n * sizeof *p->statistics);
    fl_train_preconditioner_pack(run, p, worker, p->statistics, true);
    if (worker + 1 == k->inverses.n) k->known = true;
}

static void use_if_complete(fl_train_run *run, bool waits)
{
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    if (!take_answers(run, &k->inverses, take_inverses, waits)) return;
    k->p.of->use(&run->update, k->p.inverses);
    k->rounds->in_use = 1;
    k->rounds->of = k->rounds->inverses.step;
}

/* As virtual/inverses.h has it, where `waits`, or before the first inverses: of what was begun, all. */
static void precondition(fl_train_run *run)
{
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    bool waits = k->waits || !k->rounds->in_use;
    if (take_answers(run, &k->statistics, take_statistics, waits)) k->p.of->average(&run->update, k->p.statistics);
    use_if_complete(run, false);
    if (is_due(&k->inverses, &k->rounds->inverses, run->step, k->p.periods.inverses)) {
        begin_inverses(run);
        use_if_complete(run, waits);
    }
    fl_train_run_end_lap(run, &run->outcome->seconds.curvature);
}

void fl_train_real_kfac_step(fl_train_run *run)
{
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    fl_train_real_end_absence(run);
    fl_train_workers_enter(run, 0);
    fl_train_run_look(run);
    begin_statistics(run);
    ask_for_gradients(run);
    compute(run);
    if (!isfinite(run->loss)) return;
    precondition(run);
    fl_train_run_update(run);
    fl_train_preconditioner_count(run, &k->p, k->rounds->of);
}
