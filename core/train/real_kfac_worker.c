/* What gradient, statistics and inverse workers do when process 0 asks them to. */
#include "train/real_kfac.h"
#include "base/clock.h"
#include "base/error.h"

#include <math.h>
#include <string.h>

static size_t own_number(const fl_train_run *run, const fl_train_real_pool *pool)
{
    return fl_train_real_of(run)->rank - pool->first;
}

static void compute(fl_train_run *run, const fl_train_message *message)
{
    fl_train_real *real = fl_train_real_of(run);
    double began = fl_clock_seconds();
    fl_train_real_header header;
    fl_train_real_set_parameters(run, fl_train_real_unpack(run, message, &header, real->count, true));
    real->longest_work = header.work_seconds;
    fl_train_real_begin_batch(run, &header);
    run->loaded.passed = false;
    header.value = fl_train_run_forward(run);
    if (isfinite(header.value)) fl_train_run_backward(run, NULL);
    header.work_seconds = fl_clock_seconds() - began;
    fl_train_real_send(run, 0, FL_TRAIN_REAL_COMPUTE, &header, fl_network_gradient(run->network), real->count, true);
}

static void measure(fl_train_run *run, const fl_train_message *message)
{
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    double began = fl_clock_seconds();
    fl_train_real_header header;
    fl_train_real_set_parameters(run, fl_train_real_unpack(run, message, &header, k->real.count, true));
    k->real.longest_work = header.work_seconds;
    fl_train_preconditioner_load(run, header.batch);
    fl_train_run_put_curvature(run, run->plans->curvature, NULL);
    k->p.of->measure(&run->update, k->p.statistics);
    header.work_seconds = fl_clock_seconds() - began;
    fl_train_real_send(run, 0, FL_TRAIN_REAL_MEASURE, &header, k->p.statistics, k->p.count, false);
}

/* Its statistics are nobody's, so what is sent is packed there. */
static void invert(fl_train_run *run, const fl_train_message *message)
{
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    size_t worker = own_number(run, &k->inverses);
    double began = fl_clock_seconds();
    fl_train_real_header header;
    const float *kept = fl_train_real_unpack(run, message, &header, run->own.kept, false);
    memcpy(run->update.own, kept, run->own.kept * sizeof *kept);
    k->real.longest_work = header.work_seconds;
    fl_train_preconditioner_invert(run, &k->p, worker);
    size_t n = fl_train_preconditioner_pack(run, &k->p, worker, k->p.statistics, false);
    header.work_seconds = fl_clock_seconds() - began;
    fl_train_real_send(run, 0, FL_TRAIN_REAL_INVERT, &header, k->p.statistics, n, false);
}

void fl_train_real_kfac_serve(fl_train_run *run)
{
    static const fl_train_real_handler handlers[] = {
        { FL_TRAIN_REAL_COMPUTE, compute }, { FL_TRAIN_REAL_MEASURE, measure }, { FL_TRAIN_REAL_INVERT, invert }, { 0 }
    };
    const fl_train_message *message;
    while ((message = fl_train_real_await(run, 0, 1))->kind != FL_TRAIN_REAL_END)
        if (!fl_train_real_handle(run, message, handlers))
            fl_error_give_up("process 0 asks for %zu, which is no work of distributed_kfac", (size_t)message->kind);
    fl_train_real_leave(run);
}
