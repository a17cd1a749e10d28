/* What carries state from batch to batch, and how its batches may be made. */
#include "train/suits.h"

/* Windows of a stream follow each other only where the examples do. */
bool fl_train_suits(const fl_train_plans *plans, const fl_trial *trial, fl_error *error)
{
    const fl_dataset_splits *splits = &plans->splits;
    if (!plans->carries) return true;
    if (trial->split.from == FL_DATASET_FROM_SEEDED)
        return fl_error_user(error,
                             "workload '%s' carries state from batch to batch, so its split cannot be 'seeded'; "
                             "use 'end' or 'start'",
                             trial->owners.workload->entry.name);
    if (fl_trial_micro_batch(trial) < fl_trial_share(trial))
        return fl_error_user(error,
                             "workload '%s' carries state from batch to batch, so its batch cannot be computed in "
                             "parts; leave micro_batch away",
                             trial->owners.workload->entry.name);
    if (fl_trial_grows(trial))
        return fl_error_user(error,
                             "workload '%s' carries state from batch to batch, so its batch cannot grow; leave "
                             "batch.factor away",
                             trial->owners.workload->entry.name);
    return fl_workload_fills_streams(trial->owners.workload, splits->validation.count, splits->test.count, error);
}
