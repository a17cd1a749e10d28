#include "support/trainer.h"

#include <stdlib.h>

static fl_train_trainer *trainer;

static void free_trainer(void)
{
    fl_train_trainer_free(trainer);
}

fl_train_trainer *shared_trainer(void)
{
    if (!trainer) {
        trainer = fl_train_trainer_new();
        atexit(free_trainer);
    }
    return trainer;
}
