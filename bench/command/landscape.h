/* The loss on a plane through an export's final parameters, as a record's `landscape`. */
#ifndef BENCH_COMMAND_LANDSCAPE_H
#define BENCH_COMMAND_LANDSCAPE_H

#include "say/options.h"
#include "train/curvature.h"

/* Add it to `record`: along the two rows of `vectors`, or through two more exports; with the path of the training where
 * the export has one. False with a message. */
bool landscape_add(json_t *record, fl_train_curvature *curvature, const char *kit, const float *parameters,
                   const float *vectors, const words *through, fl_error *error);

#endif
