/* A trial's state on its way between the processes that carry it together: at a checkpoint to process 0, whose file is
 * the one that a process with all workers would write, and back where the training goes on, by however many. What all
 * have alike stays where it is; what each worker has for itself its carrier is asked for, part after part, so that no
 * more than one is under way. Nobody but process 0 needs the file. For this folder only.
 *
 * One process alone, and one that walks the loop alone on the real clock, has nothing to hand over.
 */
#ifndef FL_TRAIN_HANDOVER_H
#define FL_TRAIN_HANDOVER_H

#include "train/run.h"

/* Does this process read and write the file? */
bool fl_train_handover_has_file(const fl_train_run *run);

/* A checkpoint, which every process comes to after the same step: process 0 collects what all workers have, and once
 * the file is written dismisses the others, which serve meanwhile. */
void fl_train_handover_collect(fl_train_run *run);
void fl_train_handover_dismiss(fl_train_run *run);
void fl_train_handover_serve(fl_train_run *run);

/* The start: whether process 0 could use its file, and whether it has read a checkpoint there, all know; false with its
 * message on all. Then everybody gets what was read. */
bool fl_train_handover_agree(fl_train_run *run, bool fine, bool *resumed, fl_error *error);
void fl_train_handover_share(fl_train_run *run);

/* Do all leave after this step, of which `done` are done? Any process may be asked. */
bool fl_train_handover_leaves(fl_train_run *run, size_t done);

#endif
