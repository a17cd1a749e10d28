/* Method `distributed_kfac` on the real clock (train/real_kfac.h). */
#include "method/method_distributed_kfac.h"
#include "train/method.h"
#include "train/real_kfac.h"
#include "train/workers.h"

/* The largest of what messages hold: parameters or a gradient, statistics or inverses, what the rule keeps. */
static size_t most_floats(const fl_train_run *run)
{
    const fl_optimizer_preconditioner *of = run->trial->owners.optimizer->preconditioner;
    size_t most = fl_network_layout(run->network)->count, count = of->floats(&run->update), kept = run->own.kept;
    most = count > most ? count : most;
    return kept > most ? kept : most;
}

/* A gradient worker has its share; process 0 waits for nobody whom it has not asked. */
static void allocate(fl_train_run *run)
{
    size_t gradients = run->trial->workers, processes = fl_trial_processes(run->trial);
    fl_train_real_new(run, sizeof(fl_train_real_kfac), 1, processes - 1, most_floats(run));
    fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    const double *hyper = run->trial->values.of[FL_TRIAL_OF_METHOD];
    fl_train_workers_allocate(run);
    fl_train_preconditioner_allocate(run, &k->p);
    k->rounds = fl_arena_bytes(run->arena, sizeof *k->rounds);
    k->waits = hyper[FL_METHOD_KFAC_INVERSES] == FL_METHOD_KFAC_SYNCHRONOUS;
    k->gradients = (fl_train_real_pool){ "compute", 1, gradients - 1, .busy = false };
    k->statistics = (fl_train_real_pool){ "statistics", gradients, k->p.statistics_workers, .busy = false };
    k->inverses =
        (fl_train_real_pool){ "inverse", gradients + k->p.statistics_workers, k->p.inverse_workers, .busy = false };
    run->sharing.first = k->real.rank < gradients ? k->real.rank : 0;
    for (size_t rank = 1; rank < processes; rank++) k->real.excused[rank] = true;
}

/* Process 0 walks the loop. */
static bool work(fl_train_run *run)
{
    if (!fl_train_real_of(run)->rank) return false;
    fl_train_real_kfac_serve(run);
    return true;
}

static void keep(fl_train_run *run)
{
    const fl_train_real_kfac *k = fl_train_real_kfac_of(run);
    fl_train_run_keep(run, run->update.parameters, run->update.layout->count);
    fl_train_run_keep(run, (float *)(void *)k->rounds, sizeof *k->rounds / sizeof(float));
    fl_train_preconditioner_keep_late(run, &k->p);
}

static void present(fl_train_run *run, size_t done)
{
    fl_train_real_begin_absence(run);
    fl_train_workers_present(run, done);
}

static void note(fl_train_run *run, fl_trial_point *point)
{
    fl_train_preconditioner_note(&fl_train_real_kfac_of(run)->p, point);
}

/* What is sent and has come. */
static size_t copies(const fl_trial *trial)
{
    return 1 + trial->workers;
}

const fl_train_method fl_train_method_distributed_kfac_real = {
    .spreads = true,
    .work = work,
    .end = fl_train_real_end,
    .doubly = fl_train_preconditioner_doubly,
    .allocate = allocate,
    .start = fl_train_workers_start,
    .step = fl_train_real_kfac_step,
    .present = present,
    .keep = keep,
    .note = note,
    .copies = copies,
    .suits = fl_train_real_suits,
};
