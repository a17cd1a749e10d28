/* What a server does with the messages that come to it. Server 0 does it as steps of the training loop. */
#include "base/clock.h"
#include "train/method.h"
#include "train/real.h"
#include "train/timeline.h"

#include <math.h>
#include <string.h>

static size_t worker_of(const fl_train_real *real, const fl_train_message *message)
{
    return message->from - real->servers;
}

static size_t processes(const fl_train_real *real)
{
    return real->servers + real->workers;
}

/* --- answers --- */

/* What a worker reads is remembered: how many pushes were applied to it, and where the delay is compensated for. */
static void answer(fl_train_run *run, const fl_train_message *asked)
{
    fl_train_real *real = fl_train_real_of(run);
    const float *own = fl_network_parameters(run->network) + real->slice.first;
    size_t worker = worker_of(real, asked), count = asked->number ? real->slice.count : 0, from = asked->from;
    fl_train_real_header header = { .value = run->rate };
    if (asked->number) real->versions[worker] = run->step;
    if (count && real->read) memcpy(real->read + worker * count, own, count * sizeof *own);
    if (!real->rank) header.batch = real->batches_given++;
    real->given_at[worker] = fl_clock_seconds();
    fl_train_real_send(run, from, FL_TRAIN_REAL_GIVE, &header, own, count, asked->number && !real->rank);
    if (!real->rank) fl_train_real_expect(real, from);
}

/* Server 0 gives a batch for every step that is left, and no more. */
static void answer_if_any_is_left(fl_train_run *run, const fl_train_message *asked)
{
    fl_train_real *real = fl_train_real_of(run);
    if (real->batches_given < run->trial->steps)
        answer(run, asked);
    else
        real->excused[asked->from] = true;
}

/* --- pushes --- */

/* By this process's clock: what messages take on their way lies between giving and working. */
static void write_down(fl_train_run *run, size_t worker, double worked, double arrived)
{
    double given = fl_train_real_of(run)->given_at[worker] - run->started, came = arrived - run->started;
    const fl_train_span spans[] = { { "pull", given, came - worked },
                                    { "compute", came - worked, came },
                                    { "push", came, fl_clock_seconds() - run->started } };
    if (fl_train_timeline_wants(run)) fl_train_timeline_add(run, worker, "real", spans, 3);
}

static void take(fl_train_run *run, const fl_train_message *message)
{
    fl_train_real *real = fl_train_real_of(run);
    fl_tensor_extent slice = real->slice;
    size_t worker = worker_of(real, message);
    uint64_t staleness = run->step - real->versions[worker];
    double arrived = fl_clock_seconds();
    fl_train_real_header header;
    const float *gradient = fl_train_real_unpack(run, message, &header, slice.count, !real->rank);
    fl_train_run_end_lap(run, &run->outcome->seconds.forward_backward);
    real->longest_work = fmax(real->longest_work, header.work_seconds);
    fl_train_server_begin(run, staleness);
    run->loss = header.value;
    if (!isfinite(run->loss)) return;
    run->outcome->gradient_evaluations += run->sharing.of;
    memcpy(fl_network_gradient(run->network) + slice.first, gradient, slice.count * sizeof *gradient);
    fl_train_server_apply(run, slice, real->read ? real->read + worker * slice.count : NULL);
    fl_train_server_count(real->late, staleness);
    write_down(run, worker, header.work_seconds, arrived);
}

/* --- server 0 --- */

/* The other servers' schedule is to know the points that were evaluated meanwhile. */
static void end_absence(fl_train_run *run)
{
    fl_train_real *real = fl_train_real_of(run);
    fl_train_real_end_absence(run);
    if (real->batches_given < run->step) real->batches_given = run->step;
    for (; real->points_sent < run->outcome->n_points; real->points_sent++) {
        const fl_trial_point *point = &run->outcome->points[real->points_sent];
        fl_train_real_header header = { .batch = point->step, .value = point->of[FL_TRIAL_VAL_LOSS] };
        for (size_t rank = 1; rank < real->servers; rank++)
            fl_train_real_send(run, rank, FL_TRAIN_REAL_POINT, &header, NULL, 0, false);
    }
}

void fl_train_real_step(fl_train_run *run)
{
    const fl_train_real *real = fl_train_real_of(run);
    const fl_train_message *message;
    end_absence(run);
    while ((message = fl_train_real_await(run, real->servers, processes(real)))->kind != FL_TRAIN_REAL_PUSH)
        answer_if_any_is_left(run, message);
    take(run, message);
}

void fl_train_real_present(fl_train_run *run, size_t done)
{
    fl_train_real *real = fl_train_real_of(run);
    float *parameters = fl_network_parameters(run->network);
    fl_train_real_header header;
    fl_train_real_begin_absence(run);
    fl_train_real_notify_all(run, 1, real->servers, FL_TRAIN_REAL_COLLECT, done);
    for (size_t rank = 1; rank < real->servers; rank++) {
        fl_tensor_extent slice = fl_train_real_slice(real, rank);
        fl_train_real_expect(real, rank);
        const fl_train_message *message = fl_train_real_await(run, rank, rank + 1);
        memcpy(parameters + slice.first, fl_train_real_unpack(run, message, &header, slice.count, false),
               slice.count * sizeof *parameters);
    }
    if (real->servers > 1) fl_network_refresh(run->network, 0, real->count);
}

/* --- the others --- */

/* An evaluation of server 0's: nothing of it but what a schedule may look at. */
static void note_point(fl_train_run *run, const fl_train_message *message)
{
    fl_train_real_header header;
    fl_train_real_unpack(run, message, &header, 0, false);
    fl_trial_point *point = &run->outcome->points[run->outcome->n_points];
    *point = (fl_trial_point){ .step = header.batch };
    point->of[FL_TRIAL_VAL_LOSS] = header.value;
    fl_train_run_note_point(run);
}

static void push(fl_train_run *run, const fl_train_message *message)
{
    run->rate = fl_train_run_rate(run);
    take(run, message);
    run->step++;
}

static void collect(fl_train_run *run, const fl_train_message *message)
{
    fl_train_real *real = fl_train_real_of(run);
    real->collecting = true;
    real->collected_after = message->number;
}

/* Once as many pushes have been applied as were asked for. */
static void send_slice_if_due(fl_train_run *run)
{
    fl_train_real *real = fl_train_real_of(run);
    const fl_train_real_header header = { .batch = run->step };
    if (!real->collecting || run->step < real->collected_after) return;
    fl_train_real_send(run, 0, FL_TRAIN_REAL_SLICE, &header, fl_network_parameters(run->network) + real->slice.first,
                       real->slice.count, false);
    real->collecting = false;
}

void fl_train_real_serve(fl_train_run *run)
{
    static const fl_train_real_handler handlers[] = { { FL_TRAIN_REAL_ASK, answer },
                                                      { FL_TRAIN_REAL_PUSH, push },
                                                      { FL_TRAIN_REAL_COLLECT, collect },
                                                      { FL_TRAIN_REAL_POINT, note_point },
                                                      { 0 } };
    const fl_train_real *real = fl_train_real_of(run);
    const fl_train_message *message;
    while ((message = fl_train_real_await(run, 0, processes(real)))->kind != FL_TRAIN_REAL_END) {
        fl_train_real_handle(run, message, handlers); /* a BYE that comes before the END wants nothing done */
        send_slice_if_due(run);
    }
    fl_train_real_shut_down(run, real->servers);
}
