#include "support/traces.h"

fl_trial cnn_trial(const char *backend, size_t batch, size_t steps, size_t eval_every)
{
    fl_trial_owners owners = { fl_optimizer_find("adam", NULL), fl_schedule_find("constant", NULL),
                               fl_workload_find("fashion_mnist/simple_cnn", NULL) };
    fl_trial trial = fl_trial_default(&owners);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 1e-3; /* learning_rate */
    trial.backend = fl_backend_find(backend, NULL);
    trial.batch_size = batch;
    trial.steps = steps;
    trial.eval_every = eval_every;
    return trial;
}

void need_fashion_mnist(void)
{
    char folder[FL_FILE_PATH_MAX];
    fl_error error;
    if (!fl_dataset_folder(fl_dataset_find("fashion-mnist", NULL), folder, &error)) test_skip("%s", error.text);
}
