/* Process 0's step: it asks, computes its own share, and uses what has come. */
#include "train/real_kfac.h"
#include "base/clock.h"
#include "train/timeline.h"
#include "train/workers.h"

#include <math.h>
#include <string.h>

typedef void taking(fl_train_run *run, const fl_train_letter *letter, size_t worker);

/* --- asking and answers --- */

static bool is_due(const fl_train_real_crew *crew, const fl_train_real_round *round, uint64_t step, uint64_t every)
{
    return !crew->busy && (!round->n || step - round->step >= every);
}

static void begin(fl_train_real_crew *crew)
{
    crew->busy = true;
    crew->came = 0;
}

static void ask(fl_train_run *run, size_t rank, uint64_t kind, uint64_t batch, const float *values, size_t n,
                bool state)
{
    fl_train_real *real = fl_train_real_of(run);
    const fl_train_real_head head = { .batch = batch, .value = run->rate, .worked = real->longest };
    fl_train_real_expect(real, rank);
    fl_train_real_send(run, rank, kind, &head, values, n, state);
}

static void learn(fl_train_real_kfac *k, double worked)
{
    k->longest = fmax(k->longest, worked);
    k->real.longest = k->known ? k->longest : -1;
}

/* By this process's clock, as soon as it looks. */
static void write_down(fl_train_run *run, const char *what, size_t worker, double worked)
{
    double now = fl_clock_seconds() - run->started;
    const fl_train_span span = { what, now - worked, now, NULL };
    if (fl_train_timeline_wants(run)) fl_train_timeline_add(run, worker, "real", &span, 1);
}

/* Take what has come of a round, in the workers' order; with `waits` all of it. True once, when it is complete. */
static bool comes(fl_train_run *run, fl_train_real_crew *crew, taking *take, bool waits)
{
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    for (; crew->busy && crew->came < crew->n; crew->came++) {
        size_t rank = crew->first + crew->came;
        const fl_train_letter *letter = (waits ? fl_train_real_await : fl_train_real_poll)(run, rank, rank + 1);
        if (!letter) return false;
        k->real.excused[rank] = true;
        take(run, letter, crew->came);
    }
    bool complete = crew->busy;
    crew->busy = false;
    return complete;
}

static const float *open(fl_train_run *run, const fl_train_letter *letter, const fl_train_real_crew *crew, size_t n,
                         bool state, double *value)
{
    fl_train_real_head head;
    const float *values = fl_train_real_open(run, letter, &head, n, state);
    learn(fl_train_real_kfac_of(run), head.worked);
    write_down(run, crew->what, letter->from, head.worked);
    *value = head.value;
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
    learn(fl_train_real_kfac_of(run), worked);
    write_down(run, "compute", 0, worked);
}

static void take_gradient(fl_train_run *run, const fl_train_letter *letter, size_t index)
{
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    size_t worker = index + 1;
    const float *gradient = open(run, letter, &k->gradients, k->real.count, true, &run->workers.losses[worker]);
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
        comes(run, &k->gradients, take_gradient, true);
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

static void take_statistics(fl_train_run *run, const fl_train_letter *letter, size_t worker)
{
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    fl_train_preconditioner *p = &k->p;
    double nothing;
    const float *statistics = open(run, letter, &k->statistics, p->count, false, &nothing);
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

static void take_inverses(fl_train_run *run, const fl_train_letter *letter, size_t worker)
{
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    fl_train_preconditioner *p = &k->p;
    double nothing;
    size_t n = fl_train_preconditioner_pack(run, p, worker, NULL, false);
    memcpy(p->statistics, open(run, letter, &k->inverses, n, false, &nothing), n * sizeof *p->statistics);
    fl_train_preconditioner_pack(run, p, worker, p->statistics, true);
    if (worker + 1 == k->inverses.n) k->known = true;
}

static void use_if_come(fl_train_run *run, bool waits)
{
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    if (!comes(run, &k->inverses, take_inverses, waits)) return;
    k->p.of->use(&run->update, k->p.inverses);
    k->rounds->taken = 1;
    k->rounds->of = k->rounds->inverses.step;
}

/* As virtual/inverses.h has it, where `waits`, or before the first inverses: of what was begun, all. */
static void precondition(fl_train_run *run)
{
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    bool waits = k->waits || !k->rounds->taken;
    if (comes(run, &k->statistics, take_statistics, waits)) k->p.of->average(&run->update, k->p.statistics);
    use_if_come(run, false);
    if (is_due(&k->inverses, &k->rounds->inverses, run->step, k->p.periods.inverses)) {
        begin_inverses(run);
        use_if_come(run, waits);
    }
    fl_train_run_end_lap(run, &run->outcome->seconds.curvature);
}

void fl_train_real_kfac_step(fl_train_run *run)
{
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    fl_train_real_be_here(run);
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
