/* Beside the networks: the parameters in canonical order, for evaluations; sums over micro-batches; averaged weights;
 * what a rule is lent. */
#include "train/memory.h"
#include "base/capacity.h"

#include <stdio.h>

static double sets_of(const fl_trial *trial)
{
    const fl_trial_averaging *average = &trial->average;
    if (!average->method) return 0;
    return average->method == FL_TRIAL_SNAPSHOTS ? average->amount : 1;
}

/* Arrays as long as the parameters. What workers have apart the method counts (fl_train_method_fits). */
static double arrays_of(const fl_trial *trial)
{
    const fl_optimizer *rule = trial->owners.optimizer;
    bool views = rule->canonical && !trial->backend->canonical;
    bool sums = fl_trial_micro_batch(trial) < fl_trial_share(trial) || fl_trial_grows(trial);
    return 1 + (sums ? 1 : 0) + (views ? 2 : 0) + (rule->wants ? 3 : 0) + sets_of(trial) + (double)rule->n_states;
}

/* Training and evaluation work on the same memory. */
static double shared_bytes(const fl_train_plans *plans)
{
    double training = (double)fl_network_working_bytes(plans->training),
           evaluation = (double)fl_network_working_bytes(plans->evaluation);
    return training < evaluation ? training : evaluation;
}

static double missing_bytes(const fl_train_plans *plans)
{
    double bytes = fl_network_missing_bytes(plans->training) + fl_network_missing_bytes(plans->evaluation);
    if (bytes > 0) bytes -= shared_bytes(plans);
    if (plans->assembled) bytes += fl_network_missing_bytes(plans->assembled);
    for (size_t i = 1; i < plans->n_together; i++) bytes += fl_network_missing_bytes(plans->together[i]);
    return bytes;
}

bool fl_train_memory_fits(const fl_train_plans *plans, const fl_trial *trial, fl_error *error)
{
    char what[300];
    double count = (double)fl_network_layout(plans->training)->count;
    snprintf(what, sizeof what, "workload '%.150s' with optimizer '%.80s' at batch size %zu",
             trial->owners.workload->entry.name, trial->owners.optimizer->entry.name, trial->batch_size);
    return fl_capacity_holds(what, missing_bytes(plans) + sizeof(float) * arrays_of(trial) * count, error);
}
