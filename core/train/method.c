/* What each method does, in the order of their registry: a name there without an implementation here does not link. */
#include "train/method.h"
#include "base/capacity.h"
#include "base/hash.h"

#include <stdio.h>
#include <string.h>

#define X(name) extern const fl_train_method fl_train_method_##name;
#include "method/list.h"
#undef X

static const fl_train_method *const implementations[] = {
#define X(name) &fl_train_method_##name,
#include "method/list.h"
#undef X
};

const fl_train_method *fl_train_method_of(const fl_trial *trial)
{
    const fl_method *const *methods = fl_methods();
    size_t i = 0;
    if (!trial->owners.method) return &fl_train_method_synchronous;
    while (methods[i] != trial->owners.method) i++;
    return fl_trial_servers(trial) ? implementations[i]->real : implementations[i];
}

bool fl_train_spreads(const fl_trial *trial)
{
    return trial->workers > 1 && fl_train_method_of(trial)->spreads && !fl_trial_shared_statistics(trial);
}

/* The network's state for each, the sums of gradients, and what is apart: parameters and the rule's arrays. */
static double bytes_of(const fl_trial *trial, const fl_network *network)
{
    double count = (double)fl_network_layout(network)->count, workers = (double)trial->workers;
    double state = (double)fl_network_state_layout(network)->count;
    double sums = (double)fl_train_tree_rows(trial->workers, 1);
    const fl_train_method *method = fl_train_method_of(trial);
    double apart = method->apart ? 1 + (double)trial->owners.optimizer->n_states : 0;
    double copies = method->copies ? (double)method->copies(trial) : 0;
    double bytes = method->bytes ? method->bytes(trial, network) : 0;
    return sizeof(float) * (workers * (state + apart * count) + (sums + copies) * count) + bytes;
}

static bool fits_memory(const fl_trial *trial, const fl_network *network, fl_error *error)
{
    double gib = 1 << 30, all = fl_capacity_bytes(), needed = bytes_of(trial, network);
    return needed <= all ||
           fl_error_user(error, "%zu workers by '%s' need %.3g GiB beside the network, and this machine has %.3g",
                         trial->workers, trial->owners.method->entry.name, needed / gib, all / gib);
}

bool fl_train_method_fits(const fl_trial *trial, const fl_train_plans *plans, fl_error *error)
{
    const fl_train_method *method = fl_train_method_of(trial);
    return (!method->suits || method->suits(trial, plans, error)) && fits_memory(trial, plans->training, error);
}

void fl_train_method_describe(fl_train_run *run)
{
    if (!run->method->division) return;
    run->outcome->division = run->method->division(run);
    json_object_set_new(run->outcome->division, "bytes", json_integer((json_int_t)run->ledger[FL_TRAIN_BYTES]));
}

/* On the real clock neither more nor fewer. */
static bool has_its_processes(const fl_train_run *run, fl_error *error)
{
    size_t needed = fl_trial_processes(run->trial), size = fl_train_carriers_size(run->carriers);
    size_t servers = fl_trial_servers(run->trial), workers = run->trial->workers;
    return !needed || needed == size ||
           fl_error_user(error,
                         "parallel.clock = real wants %zu processes, one for each of %zu worker%s and %zu server%s, "
                         "and there %s %zu; launch mpirun -np %zu",
                         needed, workers, workers == 1 ? "" : "s", servers, servers == 1 ? "" : "s",
                         size == 1 ? "is" : "are", size, needed);
}

static bool can_spread(const fl_train_run *run, fl_error *error)
{
    size_t size = fl_train_carriers_size(run->carriers), workers = run->workers.n;
    if (fl_trial_processes(run->trial)) return true;
    if (!run->method->spreads)
        return fl_error_user(error, "parallel method '%s' runs in one process; launch it by itself, or with --no-mpi",
                             run->trial->owners.method->entry.name);
    if (run->plans->n_together)
        return fl_error_user(error, "parallel.batch_norm = synchronised runs in one process; launch it by itself, or "
                                    "with --no-mpi");
    return size <= workers ||
           fl_error_user(error, "%zu processes cannot carry %zu workers; launch at most as many", size, workers);
}

/* Everybody brings a hash; the first process that brings another one than process 0, or 0. */
static size_t first_other(fl_train_carriers *carriers, uint64_t hash)
{
    size_t rank = 1, size = fl_train_carriers_size(carriers);
    fl_train_carriers_exchange(carriers, &hash, sizeof hash);
    const void *reference = fl_train_carriers_brought(carriers, 0, sizeof hash);
    while (rank < size && !memcmp(reference, fl_train_carriers_brought(carriers, rank, sizeof hash), sizeof hash))
        rank++;
    return rank < size ? rank : 0;
}

/* Steps from one checkpoint to the next, which all of them come to together. */
static uint64_t saves_every(const fl_train_run *run)
{
    return run->checkpoints && !run->method->work ? run->checkpoints->every : 0;
}

bool fl_train_method_spread(fl_train_run *run, fl_error *error)
{
    const char *words = run->outcome->implementation;
    if (!has_its_processes(run, error)) return false;
    if (!run->carriers) return true;
    if (!can_spread(run, error)) return false;
    uint64_t parts[] = { fl_hash(run->outcome->trial, strlen(run->outcome->trial)), fl_hash(words, strlen(words)),
                         fl_hash(run->host, strlen(run->host)), saves_every(run) };
    size_t other = first_other(run->carriers, fl_hash(parts, sizeof parts));
    return !other ||
           fl_error_user(error,
                         "process %zu trains another trial than process 0, or saves it after other steps, or its "
                         "machine, build or libraries compute other bits",
                         other);
}

bool fl_train_method_agree(fl_train_run *run, size_t done)
{
    size_t n = fl_network_layout(run->network)->n_parameters;
    if (!run->carriers || run->method->work) return true;
    uint64_t parts[2] = { fl_hash(run->canonical, n * sizeof(float)), 0 };
    fl_network_export_statistics(run->network, run->canonical + n);
    parts[1] = fl_hash(run->canonical + n, fl_network_export_statistics(run->network, NULL) * sizeof(float));
    size_t other = first_other(run->carriers, fl_hash(parts, sizeof parts));
    if (!other) return true;
    run->outcome->status = FL_OUTCOME_FAILED;
    snprintf(run->outcome->reason, sizeof run->outcome->reason,
             "after step %zu process %zu has other parameters than process 0", done, other);
    return false;
}

void fl_train_method_present(fl_train_run *run, size_t done)
{
    if (run->method->present) run->method->present(run, done);
}
