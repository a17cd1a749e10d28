/* Method `asynchronous` in virtual time, on one network. Which batch a push is of is settled when it arrives, by the
 * shared order, and its gradient depends on nothing that happens in between but the parameters its worker read. So it
 * is computed then, with those in the network, and there are as many copies of the parameters as workers, and nothing
 * else of theirs. Where every push is exactly t late, copy i holds the parameters of the push t + 1 before the next of
 * i, i + t + 1,
 * ... Running statistics are the server's and move push by push.
 */
#include "method/method_asynchronous.h"
#include "train/method.h"
#include "train/real.h"
#include "train/timeline.h"
#include "virtual/server.h"

#include <math.h>
#include <string.h>

typedef struct server {
    fl_virtual_server clock;
    float *clock_memory;
    size_t n_copies, count;         /* parameters of each */
    float *copies, *aside, *pushed; /* pushed: for fl_train_server_gradient */
    double *late;
} server;

static const double *hyper_of(const fl_train_run *run)
{
    return run->trial->values.of[FL_TRIAL_OF_METHOD];
}

static bool is_exact(const fl_train_run *run)
{
    return hyper_of(run)[FL_METHOD_STALENESS] >= 0;
}

static fl_virtual_server_rules rules_of(const fl_train_run *run)
{
    const double *hyper = hyper_of(run),
                 mean[] = { hyper[FL_METHOD_COMPUTE], hyper[FL_METHOD_PULL], hyper[FL_METHOD_PUSH] };
    fl_virtual_duration of[3];
    if (is_exact(run)) /* so many that take turns */
        return (fl_virtual_server_rules){ .workers = (size_t)hyper[FL_METHOD_STALENESS] + 1,
                                          .push_every = 1,
                                          .fetch_every = 1,
                                          .compute = { .mean = 1 } };
    for (size_t i = 0; i < 3; i++)
        of[i] = (fl_virtual_duration){ (fl_virtual_distribution)hyper[FL_METHOD_DURATIONS], mean[i],
                                       hyper[FL_METHOD_SPREAD], run->trial->trace };
    return (fl_virtual_server_rules){ .workers = run->trial->workers,
                                      .push_every = (size_t)hyper[FL_METHOD_PUSH_EVERY],
                                      .fetch_every = (size_t)hyper[FL_METHOD_FETCH_EVERY],
                                      .compute = of[0],
                                      .pull = of[1],
                                      .push = of[2],
                                      .seed = run->trial->seed };
}

static void allocate(fl_train_run *run)
{
    server *s = run->servers = fl_arena_bytes(run->arena, sizeof *s);
    fl_virtual_server_rules rules = rules_of(run);
    s->clock_memory = fl_arena_bytes(run->arena, fl_virtual_server_bytes(rules.workers));
    s->clock = fl_virtual_server_at(s->clock_memory, &rules);
    s->n_copies = rules.workers;
    s->count = fl_network_layout(run->network)->count;
    s->copies = fl_arena_floats(run->arena, s->n_copies * s->count);
    s->aside = fl_arena_floats(run->arena, s->count);
    s->late = fl_arena_bytes(run->arena, FL_TRAIN_SERVER_LATE * sizeof *s->late);
    s->pushed = fl_train_server_allocate(run);
}

static float *copy_of(const server *s, size_t worker)
{
    return s->copies + worker * s->count;
}

static void start(fl_train_run *run)
{
    server *s = run->servers;
    const float *parameters = fl_network_parameters(run->network);
    for (size_t i = 0; i < s->n_copies; i++) memcpy(copy_of(s, i), parameters, s->count * sizeof *parameters);
    fl_virtual_server_start(&s->clock);
}

static void keep(fl_train_run *run)
{
    server *s = run->servers;
    fl_train_run_keep(run, run->update.parameters, run->update.layout->count);
    fl_train_run_keep(run, s->copies, s->n_copies * s->count);
    fl_train_run_keep(run, s->clock_memory, fl_virtual_server_bytes(s->n_copies) / sizeof(float));
    fl_train_run_keep(run, (float *)(void *)s->late, FL_TRAIN_SERVER_LATE * sizeof(double) / sizeof(float));
}

static void put(fl_train_run *run, const float *parameters, size_t count)
{
    memcpy(fl_network_parameters(run->network), parameters, count * sizeof *parameters);
    fl_network_refresh(run->network, 0, count);
}

/* The gradient of the arriving push, at its worker's parameters; the server's are back in the network afterwards. */
static double compute(fl_train_run *run, server *s, float *mine)
{
    float *parameters = fl_network_parameters(run->network);
    memcpy(s->aside, parameters, s->count * sizeof *parameters);
    put(run, mine, s->count);
    double loss = fl_train_server_gradient(run, s->pushed);
    if (s->pushed) memcpy(mine, parameters, s->count * sizeof *parameters);
    put(run, s->aside, s->count);
    run->loaded.passed = false; /* its values are of the worker's parameters */
    return loss;
}

/* The worker waits while it reads and while its push is on its way. */
static void write_down(fl_train_run *run, const server *s, size_t worker)
{
    const fl_virtual_worker *of = &s->clock.state->workers[worker];
    const fl_train_span spans[] = { { "pull", fl_virtual_seconds(of->begun), fl_virtual_seconds(of->pulled) },
                                    { "compute", fl_virtual_seconds(of->pulled), fl_virtual_seconds(of->computed) },
                                    { "push", fl_virtual_seconds(of->computed), fl_virtual_seconds(of->arrives) } };
    if (fl_train_timeline_wants(run) && !is_exact(run)) fl_train_timeline_add(run, worker, "virtual", spans, 3);
}

static void step(fl_train_run *run)
{
    server *s = run->servers;
    uint64_t staleness;
    size_t worker = fl_virtual_server_next(&s->clock, &staleness);
    float *mine = copy_of(s, worker);
    write_down(run, s, worker);
    fl_train_server_begin(run, staleness);
    run->loss = compute(run, s, mine);
    if (!isfinite(run->loss)) return;
    fl_train_server_apply(run, (fl_tensor_extent){ 0, s->count }, mine);
    if (fl_virtual_server_go_on(&s->clock, worker))
        memcpy(mine, fl_network_parameters(run->network), s->count * sizeof *mine);
    fl_train_server_count(s->late, staleness);
}

static void note(fl_train_run *run, fl_trial_point *point)
{
    server *s = run->servers;
    fl_train_server_note(s->late, point);
    point->virtual_seconds = is_exact(run) ? 0 : fl_virtual_seconds(s->clock.state->now);
}

static size_t copies(const fl_trial *trial)
{
    const double *hyper = trial->values.of[FL_TRIAL_OF_METHOD];
    size_t workers = hyper[FL_METHOD_STALENESS] >= 0 ? (size_t)hyper[FL_METHOD_STALENESS] + 1 : trial->workers;
    return workers + 1 + fl_train_server_copies(trial);
}

const fl_train_method fl_train_method_asynchronous = {
    .real = &fl_train_method_asynchronous_real,
    .allocate = allocate,
    .start = start,
    .step = step,
    .keep = keep,
    .note = note,
    .copies = copies,
};
