/* A user's array in a .npy file, read as what a data set keeps: bytes, floats or whole numbers.
 *
 * Opening compares what the header promises with the size of the file, before anything is allocated for it. Messages
 * name the file and the byte.
 */
#ifndef FL_DATASET_NPY_VALUES_H
#define FL_DATASET_NPY_VALUES_H

#include "base/file.h"
#include "base/npy.h"

#include <stdint.h>
#include <stdio.h>

typedef struct fl_dataset_npy {
    const char *path; /* borrowed */
    FILE *file;
    fl_npy_header header;
    const struct fl_dataset_npy_type *type;
} fl_dataset_npy;

/* Open an array of float16, float32, float64, uint8, int32 or int64 in C order; to be closed whenever this was called.
 */
bool fl_dataset_npy_open(fl_dataset_npy *npy, const char *path, fl_error *error);
void fl_dataset_npy_close(fl_dataset_npy *npy);

bool fl_dataset_npy_is_whole(const fl_dataset_npy *npy); /* holds whole numbers */
bool fl_dataset_npy_is_bytes(const fl_dataset_npy *npy); /* of one byte */

/* Read all elements, once, into room for header.count of them: uint8 as they are; as floats, all of them finite and
 * within a thousandth of what they differ by; whole numbers from 0 up to `most`. */
bool fl_dataset_npy_read_bytes(fl_dataset_npy *npy, uint8_t *to, fl_error *error);
bool fl_dataset_npy_read_floats(fl_dataset_npy *npy, float *to, fl_error *error);
bool fl_dataset_npy_read_wholes(fl_dataset_npy *npy, int32_t *to, int32_t most, fl_error *error);

#endif
