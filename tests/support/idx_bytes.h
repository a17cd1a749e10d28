/* IDX files made by hand, right or lying. */
#ifndef FL_TESTS_IDX_BYTES_H
#define FL_TESTS_IDX_BYTES_H

#include <stdint.h>
#include <stdlib.h>

enum { IDX_LABELS_MAGIC = 2049, IDX_IMAGES_MAGIC = 2051 }; /* http://yann.lecun.com/exdb/mnist/ */

/* `n_words` big-endian words and `n_body` bytes i % 10; free(). */
uint8_t *idx_bytes(const uint32_t *words, size_t n_words, size_t n_body, size_t *n);

#endif
