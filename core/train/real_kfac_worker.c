/* The lives of those who do what process 0 asks. */
#include "train/real_kfac.h"
#include "base/clock.h"
#include "base/error.h"

#include <math.h>
#include <string.h>

static size_t own_number(const fl_train_run *run, const fl_train_real_crew *crew)
{
    return fl_train_real_of(run)->rank - crew->first;
}

static void compute(fl_train_run *run, const fl_train_letter *letter)
{
    fl_train_real *real = fl_train_real_of(run);
    double began = fl_clock_seconds();
    fl_train_real_head head;
    fl_train_real_put(run, fl_train_real_open(run, letter, &head, real->count, true));
    real->longest = head.worked;
    fl_train_real_begin_batch(run, &head);
    run->loaded.passed = false;
    head.value = fl_train_run_forward(run);
    if (isfinite(head.value)) fl_train_run_backward(run, NULL);
    head.worked = fl_clock_seconds() - began;
    fl_train_real_send(run, 0, FL_TRAIN_REAL_COMPUTE, &head, fl_network_gradient(run->network), real->count, true);
}

static void measure(fl_train_run *run, const fl_train_letter *letter)
{
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    double began = fl_clock_seconds();
    fl_train_real_head head;
    fl_train_real_put(run, fl_train_real_open(run, letter, &head, k->real.count, true));
    k->real.longest = head.worked;
    fl_train_preconditioner_load(run, head.batch);
    fl_train_run_put_curvature(run, run->plans->curvature, NULL);
    k->p.of->measure(&run->update, k->p.statistics);
    head.worked = fl_clock_seconds() - began;
    fl_train_real_send(run, 0, FL_TRAIN_REAL_MEASURE, &head, k->p.statistics, k->p.count, false);
}

/* Its statistics are nobody's, so what is sent is packed there. */
static void invert(fl_train_run *run, const fl_train_letter *letter)
{
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    size_t worker = own_number(run, &k->inverses);
    double began = fl_clock_seconds();
    fl_train_real_head head;
    const float *kept = fl_train_real_open(run, letter, &head, run->own.kept, false);
    memcpy(run->update.own, kept, run->own.kept * sizeof *kept);
    k->real.longest = head.worked;
    fl_train_preconditioner_invert(run, &k->p, worker);
    size_t n = fl_train_preconditioner_pack(run, &k->p, worker, k->p.statistics, false);
    head.worked = fl_clock_seconds() - began;
    fl_train_real_send(run, 0, FL_TRAIN_REAL_INVERT, &head, k->p.statistics, n, false);
}

void fl_train_real_kfac_serve(fl_train_run *run)
{
    static void (*const works[])(fl_train_run *, const fl_train_letter *) = {
        [FL_TRAIN_REAL_COMPUTE - FL_TRAIN_REAL_OTHER] = compute,
        [FL_TRAIN_REAL_MEASURE - FL_TRAIN_REAL_OTHER] = measure,
        [FL_TRAIN_REAL_INVERT - FL_TRAIN_REAL_OTHER] = invert,
    };
    const fl_train_letter *letter;
    while ((letter = fl_train_real_await(run, 0, 1))->kind != FL_TRAIN_REAL_END) {
        size_t work = letter->kind - FL_TRAIN_REAL_OTHER;
        if (work >= sizeof works / sizeof *works)
            fl_error_give_up("process 0 asks for %zu, which is no work of distributed_kfac", (size_t)letter->kind);
        works[work](run, letter);
    }
    fl_train_real_leave(run);
}
