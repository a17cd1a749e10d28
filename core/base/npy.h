/* NumPy's .npy files: how tensors leave Fairlead for other programs (version 1.0, little-endian, C order), and how a
 * user's arrays come in. */
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

enum { FL_NPY_DIMS = 8, FL_NPY_DESCR = 16 };

/* What a file says of itself before its elements. */
typedef struct fl_npy_header {
    char descr[FL_NPY_DESCR]; /* "<f4" */
    bool fortran_order;
    size_t shape[FL_NPY_DIMS], n_dims;
    size_t count;      /* elements */
    size_t start;      /* byte of the first element */
    const char *wrong; /* of a header that cannot be read: what would be right */
    size_t wrong_at;   /* and at which byte */
} fl_npy_header;

/* Read the header from the first `n` bytes of a file, any version; false when it is none, is longer than `n`, or has
 * more dimensions or elements than can be: header->wrong says what. */
bool fl_npy_header_read(const char *bytes, size_t n, fl_npy_header *header);

/* A whole file of `type`: elements (free()), shape and n_dims (<= 8). A file that lies about its size, has
 * another type or is not .npy is the user's error. */
bool fl_npy_read(const char *path, fl_npy_type type, void **elements, size_t shape[FL_NPY_DIMS], size_t *n_dims,
                 fl_error *error);

#endif
