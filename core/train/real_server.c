/* A server's life: answer, apply, answer. Server 0's is the training loop's. */
#include "base/clock.h"
#include "train/method.h"
#include "train/real.h"
#include "train/timeline.h"

#include <math.h>
#include <string.h>

static size_t worker_of(const fl_train_real *real, const fl_train_letter *letter)
{
    return letter->from - real->servers;
}

static size_t processes(const fl_train_real *real)
{
    return real->servers + real->workers;
}

/* --- answers --- */

/* What a worker reads is remembered: how many pushes were applied to it, and where the delay is compensated for. */
static void answer(fl_train_run *run, const fl_train_letter *asked)
{
    fl_train_real *real = fl_train_real_of(run);
    const float *own = fl_network_parameters(run->network) + real->slice.first;
    size_t worker = worker_of(real, asked), count = asked->number ? real->slice.count : 0, from = asked->from;
    fl_train_real_head head = { .value = run->rate };
    if (asked->number) real->versions[worker] = run->step;
    if (count && real->read) memcpy(real->read + worker * count, own, count * sizeof *own);
    if (!real->rank) head.batch = real->handed++;
    real->given[worker] = fl_clock_seconds();
    fl_train_real_send(run, from, FL_TRAIN_REAL_GIVE, &head, own, count, asked->number && !real->rank);
    if (!real->rank) fl_train_real_expect(real, from);
}

/* Server 0 gives a batch for every step that is left, and no more. */
static void answer_if_any_is_left(fl_train_run *run, const fl_train_letter *asked)
{
    fl_train_real *real = fl_train_real_of(run);
    if (real->handed < run->trial->steps)
        answer(run, asked);
    else
        real->excused[asked->from] = true;
}

/* --- pushes --- */

/* By this process's clock: what messages take lies between giving and working. */
static void write_down(fl_train_run *run, size_t worker, double worked, double arrived)
{
    double given = fl_train_real_of(run)->given[worker] - run->started, came = arrived - run->started;
    const fl_train_span spans[] = { { "pull", given, came - worked },
                                    { "compute", came - worked, came },
                                    { "push", came, fl_clock_seconds() - run->started } };
    if (fl_train_timeline_wants(run)) fl_train_timeline_add(run, worker, "real", spans, 3);
}

static void take(fl_train_run *run, const fl_train_letter *letter)
{
    fl_train_real *real = fl_train_real_of(run);
    fl_tensor_extent slice = real->slice;
    size_t worker = worker_of(real, letter);
    uint64_t staleness = run->step - real->versions[worker];
    double arrived = fl_clock_seconds();
    fl_train_real_head head;
    const float *gradient = fl_train_real_open(run, letter, &head, slice.count, !real->rank);
    fl_train_run_end_lap(run, &run->outcome->seconds.forward_backward);
    real->longest = fmax(real->longest, head.worked);
    fl_train_server_begin(run, staleness);
    run->loss = head.value;
    if (!isfinite(run->loss)) return;
    run->outcome->gradient_evaluations += run->sharing.of;
    memcpy(fl_network_gradient(run->network) + slice.first, gradient, slice.count * sizeof *gradient);
    fl_train_server_apply(run, slice, real->read ? real->read + worker * slice.count : NULL);
    fl_train_server_count(real->late, staleness);
    write_down(run, worker, head.worked, arrived);
}

/* --- server 0 --- */

/* The others' schedule learns of the points that came of being away. */
static void be_here(fl_train_run *run)
{
    fl_train_real *real = fl_train_real_of(run);
    fl_train_real_be_here(run);
    if (real->handed < run->step) real->handed = run->step;
    for (; real->told < run->outcome->n_points; real->told++) {
        const fl_trial_point *point = &run->outcome->points[real->told];
        fl_train_real_head head = { .batch = point->step, .value = point->of[FL_TRIAL_VAL_LOSS] };
        for (size_t rank = 1; rank < real->servers; rank++)
            fl_train_real_send(run, rank, FL_TRAIN_REAL_POINT, &head, NULL, 0, false);
    }
}

void fl_train_real_step(fl_train_run *run)
{
    const fl_train_real *real = fl_train_real_of(run);
    const fl_train_letter *letter;
    be_here(run);
    while ((letter = fl_train_real_await(run, real->servers, processes(real)))->kind != FL_TRAIN_REAL_PUSH)
        answer_if_any_is_left(run, letter);
    take(run, letter);
}

void fl_train_real_present(fl_train_run *run, size_t done)
{
    fl_train_real *real = fl_train_real_of(run);
    float *parameters = fl_network_parameters(run->network);
    fl_train_real_head head;
    fl_train_real_be_away(run);
    fl_train_real_tell_all(run, 1, real->servers, FL_TRAIN_REAL_COLLECT, done);
    for (size_t rank = 1; rank < real->servers; rank++) {
        fl_tensor_extent slice = fl_train_real_slice(real, rank);
        fl_train_real_expect(real, rank);
        const fl_train_letter *letter = fl_train_real_await(run, rank, rank + 1);
        memcpy(parameters + slice.first, fl_train_real_open(run, letter, &head, slice.count, false),
               slice.count * sizeof *parameters);
    }
    if (real->servers > 1) fl_network_refresh(run->network, 0, real->count);
}

/* --- the others --- */

/* An evaluation of server 0's: nothing of it but what a schedule may look at. */
static void note_point(fl_train_run *run, const fl_train_letter *letter)
{
    fl_train_real_head head;
    fl_train_real_open(run, letter, &head, 0, false);
    fl_trial_point *point = &run->outcome->points[run->outcome->n_points];
    *point = (fl_trial_point){ .step = head.batch };
    point->of[FL_TRIAL_VAL_LOSS] = head.value;
    fl_train_run_note_point(run);
}

/* Once as many pushes have been applied as were asked for. */
static void send_slice(fl_train_run *run)
{
    const fl_train_real *real = fl_train_real_of(run);
    const fl_train_real_head head = { .batch = run->step };
    fl_train_real_send(run, 0, FL_TRAIN_REAL_SLICE, &head, fl_network_parameters(run->network) + real->slice.first,
                       real->slice.count, false);
}

void fl_train_real_serve(fl_train_run *run)
{
    fl_train_real *real = fl_train_real_of(run);
    bool collected = true;
    uint64_t asked = 0;
    for (;;) {
        const fl_train_letter *letter = fl_train_real_await(run, 0, processes(real));
        switch (letter->kind) {
        case FL_TRAIN_REAL_ASK:
            answer(run, letter);
            break;
        case FL_TRAIN_REAL_POINT:
            note_point(run, letter);
            break;
        case FL_TRAIN_REAL_COLLECT:
            asked = letter->number, collected = false;
            break;
        case FL_TRAIN_REAL_PUSH:
            run->rate = fl_train_run_rate(run);
            take(run, letter);
            run->step++;
            break;
        case FL_TRAIN_REAL_END:
            fl_train_real_part(run, real->servers);
            return;
        default:
            break;
        }
        if (!collected && run->step >= asked) {
            send_slice(run);
            collected = true;
        }
    }
}
