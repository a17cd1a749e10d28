/* Downpour SGD's arithmetic (method/method_asynchronous.c has the formulas and where they are from). */
#include "train/server.h"
#include "base/clones.h"
#include "method/method_asynchronous.h"

#include <math.h>
#include <string.h>

static const double *hyper_of(const fl_trial *trial)
{
    return trial->values.of[FL_TRIAL_OF_METHOD];
}

static size_t push_every(const fl_trial *trial)
{
    return (size_t)hyper_of(trial)[FL_METHOD_PUSH_EVERY];
}

/* Between two readings workers go on by themselves. */
size_t fl_train_server_copies(const fl_trial *trial)
{
    return hyper_of(trial)[FL_METHOD_FETCH_EVERY] > 1;
}

float *fl_train_server_allocate(fl_train_run *run)
{
    run->sharing = (fl_train_sharing){ 0, 1, push_every(run->trial) };
    return fl_train_server_copies(run->trial) ? fl_arena_floats(run->arena, fl_network_layout(run->network)->count)
                                              : NULL;
}

/* --- a worker --- */

/* to += by from */
FL_CLONES static void add(size_t n, float by, const float *restrict from, float *restrict to)
{
    for (size_t i = 0; i < n; i++) to[i] += by * from[i];
}

/* A batch's gradient joins the sum, and moves the worker's own parameters: theta_w <- theta_w - rate g. */
static void go_on_by(fl_train_run *run, float *pushed, bool first)
{
    size_t count = fl_network_layout(run->network)->count;
    const float *gradient = fl_network_gradient(run->network);
    if (first) memset(pushed, 0, count * sizeof *pushed);
    add(count, 1, gradient, pushed);
    add(count, -(float)run->rate, gradient, fl_network_parameters(run->network));
    fl_network_refresh(run->network, 0, count);
}

double fl_train_server_gradient(fl_train_run *run, float *pushed)
{
    size_t batches = push_every(run->trial), count = fl_network_layout(run->network)->count;
    double loss = 0;
    for (size_t i = 0; i < batches; i++) {
        run->sharing.first = i;
        loss += fl_train_run_forward(run) / (double)batches;
        if (!isfinite(loss)) break;
        fl_train_run_backward(run, NULL);
        if (pushed) go_on_by(run, pushed, !i);
    }
    if (pushed && isfinite(loss)) memcpy(fl_network_gradient(run->network), pushed, count * sizeof *pushed);
    fl_train_run_end_lap(run, &run->outcome->seconds.forward_backward);
    return loss;
}

/* --- the server --- */

void fl_train_server_begin(fl_train_run *run, uint64_t staleness)
{
    bool divided = hyper_of(run->trial)[FL_METHOD_RATE_BY] == FL_METHOD_RATE_BY_STALENESS;
    if (divided && staleness) run->rate /= (double)staleness;
    fl_train_run_look(run);
}

bool fl_train_server_compensates(const fl_trial *trial)
{
    return hyper_of(trial)[FL_METHOD_COMPENSATION] > 0;
}

/* g += lambda g^2 (theta - theta_w) */
FL_CLONES static void compensate(size_t n, float lambda, const float *restrict theta, const float *restrict theta_w,
                                 float *restrict g)
{
    for (size_t i = 0; i < n; i++) g[i] += lambda * (g[i] * g[i]) * (theta[i] - theta_w[i]);
}

void fl_train_server_apply(fl_train_run *run, fl_tensor_extent extent, const float *read)
{
    float lambda = (float)hyper_of(run->trial)[FL_METHOD_COMPENSATION];
    size_t first = extent.first, count = extent.count;
    if (fl_train_server_compensates(run->trial))
        compensate(count, lambda, fl_network_parameters(run->network) + first, read,
                   fl_network_gradient(run->network) + first);
    if (count == fl_network_layout(run->network)->count)
        fl_train_run_update(run);
    else
        fl_train_run_update_range(run, first, count);
}

void fl_train_server_count(double late[FL_TRAIN_SERVER_LATE], uint64_t staleness)
{
    late[FL_TRAIN_SERVER_PUSHES]++;
    late[FL_TRAIN_SERVER_SUM] += (double)staleness;
    late[FL_TRAIN_SERVER_MOST] = fmax(late[FL_TRAIN_SERVER_MOST], (double)staleness);
}

void fl_train_server_note(double late[FL_TRAIN_SERVER_LATE], fl_trial_point *point)
{
    point->has_staleness = true;
    point->staleness = late[FL_TRAIN_SERVER_SUM] / late[FL_TRAIN_SERVER_PUSHES];
    point->staleness_max = late[FL_TRAIN_SERVER_MOST];
    memset(late, 0, FL_TRAIN_SERVER_LATE * sizeof *late);
}
