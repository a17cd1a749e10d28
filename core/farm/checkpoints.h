/* DIR/checkpoints: the state of trials under way, a file per slot, written by the workers (train/checkpoint.h).
 *
 * The supervisor names the files and removes each as soon as its trial is recorded, however it ended.
 */
#ifndef FL_FARM_CHECKPOINTS_H
#define FL_FARM_CHECKPOINTS_H

#include "base/file.h"
#include "record/record.h"

/* Make the folder within a result folder. */
bool fl_farm_checkpoints_begin(const char *results, fl_error *error);

/* The file of a slot. By slot, not by identity: two arms may ask for the same trial at the same time. */
void fl_farm_checkpoints_path(const char *results, const fl_record_slot *slot, char path[FL_FILE_PATH_MAX]);

/* Remove a slot's file, if there is one. */
void fl_farm_checkpoints_drop(const char *results, const fl_record_slot *slot);

/* No trial is left: remove the folder with the files of recorded trials, which a kill between record and removal
 * leaves. */
void fl_farm_checkpoints_end(const char *results);

#endif
