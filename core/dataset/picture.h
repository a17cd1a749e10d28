/* Pictures in files: PNG through libpng, and PPM or PGM with 8 bits (P5, P6). */
#ifndef FL_DATASET_PICTURE_H
#define FL_DATASET_PICTURE_H

#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

enum { FL_DATASET_PICTURE_SIDE = 16384 }; /* the largest height and width */

typedef struct fl_dataset_picture {
    size_t height, width;
    bool colour;
} fl_dataset_picture;

/* Does the name end as a picture's does? */
bool fl_dataset_picture_is(const char *name);

/* What the header says. Messages name the file and the byte. */
bool fl_dataset_picture_open(const char *path, fl_dataset_picture *picture, fl_error *error);

/* Read a picture of this height and width into planes of bytes, row by row: red, green, blue, or grey alone unless
 * `colour`; a grey one in colour has three equal planes. 16 bits become 8, transparency is dropped. */
bool fl_dataset_picture_read(const char *path, size_t height, size_t width, bool colour, uint8_t *planes,
                             fl_error *error);

#endif
