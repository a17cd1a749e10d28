/* A worker's life: ask, read, compute, push. */
#include "base/clock.h"
#include "method/method_asynchronous.h"
#include "train/real.h"

#include <math.h>
#include <string.h>

/* Is it one of the batches at whose beginning the parameters are read? */
static bool reads(const fl_train_run *run, size_t pushes)
{
    const double *hyper = run->trial->values.of[FL_TRIAL_OF_METHOD];
    size_t push = (size_t)hyper[FL_METHOD_PUSH_EVERY], fetch = (size_t)hyper[FL_METHOD_FETCH_EVERY];
    return pushes * push % fetch == 0;
}

/* A server's answer: its slice, if the parameters were asked for, and server 0's batch and rate. False: it is over. */
static bool take_answer(fl_train_run *run, size_t server, bool reading, fl_train_real_header *header)
{
    const fl_train_real *real = fl_train_real_of(run);
    fl_tensor_extent slice = fl_train_real_slice(real, server);
    fl_train_real_header of;
    const fl_train_message *message = fl_train_real_await(run, server, server + 1);
    if (message->kind == FL_TRAIN_REAL_END) return false;
    const float *values = fl_train_real_unpack(run, message, &of, reading ? slice.count : 0, reading && !server);
    if (reading) memcpy(fl_network_parameters(run->network) + slice.first, values, slice.count * sizeof *values);
    if (!server) *header = of;
    return true;
}

void fl_train_real_begin_batch(fl_train_run *run, const fl_train_real_header *given)
{
    size_t n_training = run->plans->splits.training.count;
    run->step = given->batch;
    run->rate = given->value;
    run->multiple = fl_trial_multiple(run->trial, run->step, n_training);
    run->first_batch = fl_trial_batches_before(run->trial, run->step, n_training);
}

void fl_train_real_set_parameters(fl_train_run *run, const float *parameters)
{
    size_t count = fl_train_real_of(run)->count;
    memcpy(fl_network_parameters(run->network), parameters, count * sizeof *parameters);
    fl_network_refresh(run->network, 0, count);
}

/* False: no batch is left. */
static bool ask(fl_train_run *run, bool reading)
{
    fl_train_real *real = fl_train_real_of(run);
    size_t asked = reading ? real->servers : 1;
    fl_train_real_header given = { .batch = 0 };
    for (size_t server = 0; server < asked; server++) {
        fl_train_real_expect(real, server);
        fl_train_real_notify(run, server, FL_TRAIN_REAL_ASK, reading);
    }
    for (size_t server = 0; server < asked; server++)
        if (!take_answer(run, server, reading, &given)) return false;
    if (reading) fl_network_refresh(run->network, 0, real->count);
    fl_train_real_begin_batch(run, &given);
    return true;
}

/* Of a loss that is not finite there is no gradient, and only server 0 need know. */
static void push(fl_train_run *run)
{
    fl_train_real *real = fl_train_real_of(run);
    double began = fl_clock_seconds();
    fl_train_real_header header = { .batch = run->step, .value = fl_train_server_gradient(run, real->pushed) };
    header.work_seconds = fl_clock_seconds() - began;
    real->longest_work = fmax(real->longest_work, header.work_seconds);
    for (size_t server = 0; server < (isfinite(header.value) ? real->servers : 1); server++) {
        fl_tensor_extent slice = fl_train_real_slice(real, server);
        fl_train_real_send(run, server, FL_TRAIN_REAL_PUSH, &header, fl_network_gradient(run->network) + slice.first,
                           slice.count, !server);
    }
}

void fl_train_real_work(fl_train_run *run)
{
    for (size_t pushes = 0; ask(run, reads(run, pushes)); pushes++) push(run);
    fl_train_real_leave(run);
}
