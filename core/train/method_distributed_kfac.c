/* Method `distributed_kfac`. Gradients are those of `synchronous`; what the rule's preconditioner costs is done by
 * other workers, at the parameters and in the order that virtual/inverses.h says. One process does all of it: a result
 * is computed when its round begins, and lies aside until its time has come.
 */
#include "method/method_distributed_kfac.h"
#include "train/method.h"
#include "train/preconditioner.h"
#include "train/real_kfac.h"
#include "train/timeline.h"
#include "train/workers.h"
#include "virtual/inverses.h"

#include <math.h>

typedef struct servants {
    fl_train_preconditioner p; /* its statistics and inverses are of the rounds that were begun last */
    fl_virtual_inverses_rules rules;
    fl_virtual_inverses_state *clock;
} servants;

static const double *hyper_of(const fl_train_run *run)
{
    return run->trial->values.of[FL_TRIAL_OF_METHOD];
}

static fl_virtual_inverses_rules rules_of(const fl_train_run *run, const fl_train_preconditioner *p)
{
    const double *hyper = hyper_of(run);
    static const size_t mean[] = { FL_METHOD_KFAC_STEP, FL_METHOD_KFAC_STATISTICS, FL_METHOD_KFAC_INVERSE };
    fl_virtual_inverses_rules rules = { .workers = run->trial->workers,
                                        .statistics_workers = p->statistics_workers,
                                        .statistics_every = p->periods.statistics,
                                        .inverse_every = p->periods.inverses,
                                        .share = p->busiest,
                                        .waits = hyper[FL_METHOD_KFAC_INVERSES] == FL_METHOD_KFAC_SYNCHRONOUS,
                                        .seed = run->trial->seed };
    for (size_t i = 0; i < FL_VIRTUAL_INVERSES_KINDS; i++)
        rules.of[i] = (fl_virtual_duration){ (fl_virtual_distribution)hyper[FL_METHOD_KFAC_DURATIONS], hyper[mean[i]],
                                             hyper[FL_METHOD_KFAC_SPREAD], run->trial->trace };
    return rules;
}

static void allocate(fl_train_run *run)
{
    servants *s = run->servers = fl_arena_bytes(run->arena, sizeof *s);
    fl_train_workers_allocate(run);
    fl_train_preconditioner_allocate(run, &s->p);
    s->rules = rules_of(run, &s->p);
    s->clock = fl_arena_bytes(run->arena, sizeof *s->clock);
}

static void keep(fl_train_run *run)
{
    servants *s = run->servers;
    fl_train_run_keep(run, run->update.parameters, run->update.layout->count);
    fl_train_run_keep(run, (float *)(void *)s->clock, sizeof *s->clock / sizeof(float));
    fl_train_preconditioner_keep_late(run, &s->p);
    fl_train_run_keep(run, s->p.statistics, s->p.count);
    fl_train_run_keep(run, s->p.inverses, s->p.count);
}

/* --- the work --- */

/* The running statistics with which gradient worker `worker` began the step. */
static const float *state_of(const fl_train_run *run, size_t worker)
{
    return run->passing.count ? run->passing.before + worker * (run->passing.count / run->sharing.n) : NULL;
}

static void stand(fl_train_run *run, servants *s, size_t worker)
{
    bool own = s->p.statistics_workers > 0;
    if (own)
        fl_train_preconditioner_load(run, s->clock->statistics.n * s->p.n_measure + worker);
    else
        fl_train_run_load(run, run->step, worker);
    fl_train_run_put_curvature(run, run->plans->curvature, state_of(run, own ? 0 : worker));
    fl_train_run_end_lap(run, &run->outcome->seconds.curvature);
}

static void measure(void *user)
{
    fl_train_run *run = user;
    servants *s = run->servers;
    fl_train_preconditioner *p = &s->p;
    size_t n = p->n_measure;
    if (n > 1) fl_train_tree_begin(&p->tree, p->count);
    for (size_t w = 0; w < n; w++) {
        stand(run, s, w);
        p->of->measure(&run->update, p->statistics);
        if (n > 1) fl_train_tree_add(&p->tree, p->statistics);
    }
    if (n > 1) fl_train_tree_mean(&p->tree, p->statistics);
    fl_train_run_end_lap(run, &run->outcome->seconds.curvature);
}

static fl_train_preconditioner *preconditioner_of(void *user)
{
    return &((servants *)((fl_train_run *)user)->servers)->p;
}

static void average(void *user)
{
    const fl_train_preconditioner *p = preconditioner_of(user);
    p->of->average(&((fl_train_run *)user)->update, p->statistics);
}

static void invert(void *user)
{
    fl_train_preconditioner_invert(user, preconditioner_of(user), SIZE_MAX);
}

static void use(void *user)
{
    const fl_train_preconditioner *p = preconditioner_of(user);
    p->of->use(&((fl_train_run *)user)->update, p->inverses);
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
    const fl_train_preconditioner *p = &s->p;
    uint64_t all = fl_virtual_inverses_duration(&s->rules, FL_VIRTUAL_INVERSES_INVERSE, run->step, 0);
    double from = fl_virtual_seconds(s->clock->inverses.from), per_cost = fl_virtual_seconds(all) / p->all_costs;
    size_t first = s->rules.workers + s->rules.statistics_workers, per_block = p->of->per_block;
    for (size_t i = 0; i < p->n_inverses; i++) {
        double before = 0;
        for (size_t k = 0; k < i; k++) before += p->worker_of[k] == p->worker_of[i] ? p->costs[k] : 0;
        size_t weight = run->update.blocks[i / per_block].weight;
        const fl_train_span span = { "inverse", from + before * per_cost, from + (before + p->costs[i]) * per_cost,
                                     run->update.layout->tensors[weight].name };
        fl_train_timeline_add(run, first + p->worker_of[i], "virtual", &span, 1);
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
    fl_train_preconditioner_count(run, &s->p, s->clock->of);
}

static void note(fl_train_run *run, fl_trial_point *point)
{
    servants *s = run->servers;
    fl_train_preconditioner_note(&s->p, point);
    point->virtual_seconds = fl_virtual_seconds(s->clock->now);
}

const fl_train_method fl_train_method_distributed_kfac = { .real = &fl_train_method_distributed_kfac_real,
                                                           .doubly = fl_train_preconditioner_doubly,
                                                           .allocate = allocate,
                                                           .start = fl_train_workers_start,
                                                           .step = step,
                                                           .present = fl_train_workers_present,
                                                           .keep = keep,
                                                           .note = note };
