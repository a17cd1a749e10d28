/* What each method does, in the order of their registry: a name there without an implementation here does not link. */
#include "train/method.h"

#include <unistd.h>

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
    return implementations[i];
}

/* The network's state for each, the sums of gradients, and what is apart: parameters and the rule's arrays. */
static double bytes_of(const fl_trial *trial, const fl_network *network)
{
    double count = (double)fl_network_layout(network)->count, workers = (double)trial->workers;
    double state = (double)fl_network_state_layout(network)->count, sums = (double)fl_train_tree_rows(trial->workers);
    double apart = fl_train_method_of(trial)->apart ? 1 + (double)trial->owners.optimizer->n_states : 0;
    return sizeof(float) * (workers * (state + apart * count) + sums * count);
}

bool fl_train_method_fits(const fl_trial *trial, const fl_network *network, fl_error *error)
{
    double gib = 1 << 30, all = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    double needed = bytes_of(trial, network);
    return needed <= all ||
           fl_error_user(error, "%zu workers by '%s' need %.3g GiB beside the network, and this machine has %.3g",
                         trial->workers, trial->owners.method->entry.name, needed / gib, all / gib);
}

void fl_train_method_present(fl_train_run *run, size_t done)
{
    if (run->method->present) run->method->present(run, done);
}
