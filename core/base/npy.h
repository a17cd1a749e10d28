/* NumPy's .npy files, version 1.0, little-endian, C order: how tensors leave Fairlead for other programs. */
#ifndef FL_BASE_NPY_H
#define FL_BASE_NPY_H

#include "base/error.h"
#include <stddef.h>

typedef enum fl_npy_type { FL_NPY_F32, FL_NPY_F64, FL_NPY_I64, FL_NPY_I32 } fl_npy_type;

typedef struct fl_npy fl_npy; /* a file being written piece by piece */

/* Start a file of the given shape (n_dims <= 8). NULL when it cannot be created. */
fl_npy *fl_npy_new(const char *path, fl_npy_type type, const size_t *shape, size_t n_dims, fl_error *error);

/* Append `count` elements of the file's type. */
bool fl_npy_append(fl_npy *file, const void *elements, size_t count, fl_error *error);

/* No more will come: the first dimension becomes what was written, which must be whole rows. */
bool fl_npy_end_early(fl_npy *file, fl_error *error);

/* Close; false when writing failed or fewer or more elements came than the shape promised. Accepts NULL. */
bool fl_npy_close(fl_npy *file, fl_error *error);

/* A whole array at once. */
bool fl_npy_write(const char *path, fl_npy_type type, const size_t *shape, size_t n_dims, const void *elements,
                  fl_error *error);

/* A whole file of `type`: elements (free()), shape and n_dims (<= 8). A file that lies about its size, has
 * another type or is not .npy is the user's error. */
bool fl_npy_read(const char *path, fl_npy_type type, void **elements, size_t shape[8], size_t *n_dims, fl_error *error);

#endif
