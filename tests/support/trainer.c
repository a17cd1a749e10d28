#include "support/trainer.h"
#include "support/test.h"

#include <stdlib.h>

static fl_train_trainer *shared;

static void free_trainer(void)
{
    fl_train_trainer_free(shared);
}

fl_train_trainer *shared_trainer(void)
{
    if (!shared) {
        shared = fl_train_trainer_new();
        atexit(free_trainer);
    }
    return shared;
}

fl_outcome must_train(fl_train_trainer *trainer, const fl_trial *trial, const fl_train_callbacks *callbacks)
{
    fl_error error;
    fl_outcome outcome;
    if (!fl_train_trial(trainer, trial, callbacks, &outcome, &error)) fail_msg("%s", error.text);
    return outcome;
}
