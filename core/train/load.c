/* Which examples a step's batch has, and getting them into the network. */
#include "train/run.h"

size_t fl_train_run_examples(const fl_train_run *run)
{
    return run->multiple * run->trial->batch_size;
}

size_t fl_train_run_most_examples(const fl_train_run *run)
{
    const fl_trial *trial = run->trial;
    return trial->batch_size * fl_trial_multiple(trial, trial->steps - 1, run->plans->splits.training.count);
}

/* A grown batch goes on where the epoch's order is, and in the next epoch's at its end. */
void fl_train_run_gather(fl_train_run *run, size_t step, size_t part, size_t n, fl_dataset_input input, int32_t *labels)
{
    size_t parts = run->trial->batch_size / n, number = run->first_batch + (step - run->step) * run->multiple;
    size_t first = fl_dataset_order_batch(&run->order, number + part / parts) + part % parts * n;
    fl_backend_moment moment = { run->trial->seed, step, part * n };
    input.pipeline = run->plans->pipeline;
    input.moment = &moment;
    fl_dataset_examples_gather(&run->plans->splits.training, run->order.order, first, n, input, labels);
}

void fl_train_run_load(fl_train_run *run, size_t step, size_t part)
{
    size_t n = fl_trial_micro_batch(run->trial);
    const fl_train_loaded wanted = { step + 1, part, false };
    if (wanted.step == run->loaded.step && wanted.part == run->loaded.part) return;
    fl_train_run_gather(run, step, part, n, fl_train_plans_input(run->network), fl_network_labels(run->network));
    fl_network_set_moment(run->network, (fl_backend_moment){ run->trial->seed, step, part * n });
    fl_train_run_end_lap(run, &run->outcome->seconds.data);
    run->loaded = wanted;
}

void fl_train_run_load_any(fl_train_run *run, size_t part)
{
    size_t n = fl_trial_micro_batch(run->trial);
    fl_dataset_input input = fl_train_plans_input(run->network);
    input.pipeline = run->plans->pipeline;
    fl_dataset_examples_gather(&run->plans->splits.training, NULL, part * n, n, input, fl_network_labels(run->network));
    fl_network_set_moment(run->network, (fl_backend_moment){ run->trial->seed, run->step, part * n });
    run->loaded = (fl_train_loaded){ 0 };
    fl_train_run_end_lap(run, &run->outcome->seconds.data);
}
