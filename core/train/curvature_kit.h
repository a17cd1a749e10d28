/* What a curvature reads of an export: batches, final parameters and state. For this folder only. */
#ifndef FL_TRAIN_CURVATURE_KIT_H
#define FL_TRAIN_CURVATURE_KIT_H

#include "network/network.h"

typedef struct fl_train_curvature_kit fl_train_curvature_kit;

/* The batches of an export of so many examples each, read in chunks that divide them. */
fl_train_curvature_kit *fl_train_curvature_kit_open(const char *folder, size_t batch, size_t chunk, fl_error *error);
void fl_train_curvature_kit_close(fl_train_curvature_kit *kit); /* accepts NULL */
size_t fl_train_curvature_kit_chunks(const fl_train_curvature_kit *kit);

/* Do the arrays hold what the network reads? */
bool fl_train_curvature_kit_fits(const fl_train_curvature_kit *kit, const fl_network *network, fl_error *error);

/* Chunk `chunk` into the network's input, labels and targets. Dies where the file has become shorter. */
void fl_train_curvature_kit_load(fl_train_curvature_kit *kit, size_t chunk, fl_network *network);

/* The final state of an export into the network's, where it is of a batch's size; a carry of another batch stays. */
bool fl_train_curvature_kit_state(const char *folder, fl_network *network, fl_error *error);

#endif
