/* A real training run inside a test: the data where it is at hand, and the losses of its steps. */
#ifndef FL_TESTS_TRACES_H
#define FL_TESTS_TRACES_H

#include "support/test.h"
#include "train/train.h"

/* simple_cnn on Fashion-MNIST under Adam at a sensible rate. */
static inline fl_trial cnn_trial(const char *backend, size_t batch, size_t steps, size_t eval_every)
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

/* True where Fashion-MNIST is at hand; else a sentence, and the program ends with SKIPPED. */
enum { SKIPPED = 77 };

static inline bool have_fashion_mnist(void)
{
    char folder[FL_FILE_PATH_MAX];
    fl_error error;
    if (fl_dataset_folder(fl_dataset_find("fashion-mnist", NULL), folder, &error)) return true;
    printf("skipped: %s\n", error.text);
    return false;
}

#endif
