/* Synchronous data parallelism. The workers' passes have no meeting point inside, so one network serves them in turn
 * (train/pass.c), and their gradients meet in the tree of train/tree.h. With one worker this is plain training.
 */
#include "train/method.h"
#include "train/workers.h"

const fl_train_method fl_train_method_synchronous = {
    .spreads = true,
    .allocate = fl_train_workers_allocate,
    .start = fl_train_workers_start,
    .step = fl_train_run_step,
    .present = fl_train_workers_present,
};
