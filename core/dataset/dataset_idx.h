/* Data sets kept as MNIST keeps its own: four IDX files and ten classes. */
#ifndef FL_DATASET_DATASET_IDX_H
#define FL_DATASET_DATASET_IDX_H

#include "dataset/dataset.h"

/* The `load` of such a set. Its files are, in this order: training images and labels, test images and labels; the last
 * 5,000 training examples validate. */
fl_dataset *fl_dataset_load_idx(const fl_dataset_kind *kind, const char *folder, const double *options,
                                fl_error *error);

#endif
