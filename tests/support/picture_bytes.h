/* Pictures made by hand. */
#ifndef FL_TESTS_PICTURE_BYTES_H
#define FL_TESTS_PICTURE_BYTES_H

#include "base/text.h"

/* A PNG of 8 bits without interlacing: `colour` as its format says (0 grey, 2 RGB, 4 grey and alpha, 6 RGBA), rows of
 * `height` times `width` pixels. */
void png_bytes(fl_text *text, int colour, unsigned height, unsigned width, const unsigned char *pixels);

/* A PPM (`colour`) or PGM. */
void ppm_bytes(fl_text *text, bool colour, unsigned height, unsigned width, const unsigned char *pixels);

#endif
