/* Tar archives made by hand, right or lying. */
#ifndef FL_TESTS_TAR_BYTES_H
#define FL_TESTS_TAR_BYTES_H

#include "base/text.h"

/* Append a member: a header that promises `size` bytes of this type ('0' a file, '2' a link), and `n` bytes, filled up
 * to 512. */
void tar_add(fl_text *tar, const char *name, char type, size_t size, const void *bytes, size_t n);

/* Two empty blocks. */
void tar_end(fl_text *tar);

#endif
