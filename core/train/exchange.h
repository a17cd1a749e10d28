/* How the parts of a divided layer come together: in exchanges of the processes that carry its workers. For this folder
 * only. */
#ifndef FL_TRAIN_EXCHANGE_H
#define FL_TRAIN_EXCHANGE_H

#include "train/run.h"

/* From now on the training's networks exchange so, or nothing where no other process carries workers of it; until the
 * second, for the run is not there for ever. */
void fl_train_exchange_begin(fl_train_run *run);
void fl_train_exchange_end(fl_train_run *run);

#endif
