/* Method `asynchronous` on the real clock (train/real.h). */
#include "train/method.h"
#include "train/real.h"

/* All begin with the same parameters, in every process, and a worker asks for them first. */
static void allocate(fl_train_run *run)
{
    size_t servers = fl_trial_servers(run->trial), workers = run->trial->workers;
    fl_train_real *real =
        fl_train_real_new(run, sizeof *real, servers, workers, fl_network_layout(run->network)->count);
    bool serves = real->rank < real->servers;
    real->pushed = fl_train_server_allocate(run);
    real->versions = fl_arena_bytes(run->arena, real->workers * sizeof *real->versions);
    real->late = fl_arena_bytes(run->arena, FL_TRAIN_SERVER_LATE * sizeof *real->late);
    if (serves) real->slice = fl_train_real_slice(real, real->rank);
    if (serves && fl_train_server_compensates(run->trial))
        real->read = fl_arena_floats(run->arena, real->workers * real->slice.count);
    for (size_t rank = 1; serves && real->rank && rank < servers + workers; rank++) real->excused[rank] = true;
}

/* Process 0 walks the loop. */
static bool work(fl_train_run *run)
{
    const fl_train_real *real = run->servers;
    if (!real->rank) return false;
    (real->rank < real->servers ? fl_train_real_serve : fl_train_real_work)(run);
    return true;
}

/* A worker that asks again needs no more. */
static void keep(fl_train_run *run)
{
    fl_train_run_keep(run, run->update.parameters, run->update.layout->count);
    fl_train_run_keep(run, (float *)(void *)fl_train_real_of(run)->late,
                      FL_TRAIN_SERVER_LATE * sizeof(double) / sizeof(float));
}

static void note(fl_train_run *run, fl_trial_point *point)
{
    fl_train_server_note(fl_train_real_of(run)->late, point);
}

/* What is sent, what moves by itself, and what workers have read, where that matters. */
static size_t copies(const fl_trial *trial)
{
    return 1 + fl_train_server_copies(trial) + (fl_train_server_compensates(trial) ? trial->workers : 0);
}

const fl_train_method fl_train_method_asynchronous_real = {
    .spreads = true,
    .work = work,
    .end = fl_train_real_end,
    .allocate = allocate,
    .step = fl_train_real_step,
    .present = fl_train_real_present,
    .keep = keep,
    .note = note,
    .copies = copies,
    .suits = fl_train_real_suits,
};
