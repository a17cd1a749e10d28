/* Where workers that divide a layer meet: in exchanges of the processes that carry them. For this folder only. */
#ifndef FL_TRAIN_MEETING_H
#define FL_TRAIN_MEETING_H

#include "train/run.h"

/* The training's networks meet so from now on; alone, where no other process carries workers of it. */
void fl_train_meeting_begin(fl_train_run *run);

#endif
