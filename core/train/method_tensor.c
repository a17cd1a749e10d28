/* Tensor parallelism. The parts of a divided layer lie together as the whole tensor, so initial weights, checkpoints,
 * exports and the hash are those of the whole, and a rule that moves each number by itself cannot tell the difference.
 * What is divided is the arithmetic (backend/canonical_divided_dense.c): a process computes its own workers' parts, and
 * gets the others'.
 */
#include "train/divide.h"
#include "train/method.h"

/* Bytes that an example makes cross. */
static void allocate(fl_train_run *run)
{
    double *bytes = run->servers = fl_arena_bytes(run->arena, sizeof *bytes);
    *bytes = sizeof(float) * fl_train_divided_numbers(run->trial, fl_network_in(run->network));
}

static void step(fl_train_run *run)
{
    fl_train_run_step(run);
    run->ledger[FL_TRAIN_BYTES] += (double)fl_train_run_examples(run) * *(const double *)run->servers;
}

static bool suits(const fl_trial *trial, const fl_train_plans *plans, fl_error *error)
{
    fl_layer layers[FL_WORKLOAD_LAYERS];
    size_t n;
    return trial->workers == 1 || fl_train_divided_layers(trial, layers, &n) < n ||
           fl_error_user(error, "%zu workers divide the outputs of no dense layer of workload '%s'", trial->workers,
                         trial->owners.workload->entry.name);
}

static json_t *division(const fl_train_run *run)
{
    return fl_train_divided_json(run->trial);
}

const fl_train_method fl_train_method_tensor = {
    .spreads = true, .allocate = allocate, .step = step, .suits = suits, .division = division
};
