/* How many examples a step has. A grown batch is a whole multiple of batch_size, so that it is computed in parts of
 * that size, in the memory of one. */
#include "base/exact.h"
#include "trial/around.h"
#include "trial/trial.h"

#include <math.h>

size_t fl_trial_share(const fl_trial *trial)
{
    const fl_method *method = trial->owners.method;
    return method && method->shares_batch ? trial->batch_size / trial->workers : trial->batch_size;
}

size_t fl_trial_shared_statistics(const fl_trial *trial)
{
    const fl_method *method = trial->owners.method;
    bool shared =
        method && method->shares_statistics && method->shares_statistics(trial->values.of[FL_TRIAL_OF_METHOD]);
    return shared ? trial->workers : 0;
}

size_t fl_trial_micro_batch(const fl_trial *trial)
{
    return trial->micro_batch ? trial->micro_batch : fl_trial_share(trial);
}

size_t fl_trial_validation(const fl_trial *trial)
{
    return trial->split.validation == SIZE_MAX ? trial->owners.workload->dataset->n_validation
                                               : trial->split.validation;
}

void fl_trial_resolve_batch(fl_trial *trial)
{
    if (trial->batch_size != FL_TRIAL_BATCH_ALL) return;
    size_t all = trial->owners.workload->dataset->n_train, validation = fl_trial_validation(trial);
    if (validation >= all) return; /* a split that nothing can be trained on is refused by who makes it */
    trial->batch_size = all - validation;
    size_t share = fl_trial_share(trial);
    if (trial->micro_batch > share) trial->micro_batch = share;
    while (trial->micro_batch && share % trial->micro_batch) trial->micro_batch--;
}

bool fl_trial_grows(const fl_trial *trial)
{
    return trial->values.of[FL_TRIAL_AROUND][FL_TRIAL_BATCH_FACTOR] > 1;
}

/* Batches that a step of the trial's method has. */
static size_t batches_of_step(const fl_trial *trial)
{
    const fl_method *method = trial->owners.method;
    return method && method->batches ? method->batches(trial->values.of[FL_TRIAL_OF_METHOD]) : 1;
}

static size_t growth(const fl_trial *trial, size_t step, size_t n_training)
{
    const double *values = trial->values.of[FL_TRIAL_AROUND];
    if (!fl_trial_grows(trial)) return 1;
    double most = (double)(n_training / trial->batch_size), times = floor((double)step / values[FL_TRIAL_BATCH_EVERY]);
    double grown = floor(fl_exact_pow(values[FL_TRIAL_BATCH_FACTOR], times) + 0.5);
    return grown < most ? (size_t)grown : (size_t)fmax(most, 1);
}

size_t fl_trial_multiple(const fl_trial *trial, size_t step, size_t n_training)
{
    return batches_of_step(trial) * growth(trial, step, n_training);
}

uint64_t fl_trial_batches_before(const fl_trial *trial, size_t step, size_t n_training)
{
    uint64_t batches = step * batches_of_step(trial);
    if (!fl_trial_grows(trial)) return batches;
    batches = 0;
    for (size_t t = 0; t < step; t++) batches += fl_trial_multiple(trial, t, n_training);
    return batches;
}
