/* IDX files made by hand, right or lying. */
#ifndef FL_TESTS_IDX_BYTES_H
#define FL_TESTS_IDX_BYTES_H

#include <stdint.h>
#include <stdlib.h>

enum { IDX_LABELS_MAGIC = 2049, IDX_IMAGES_MAGIC = 2051 }; /* http://yann.lecun.com/exdb/mnist/ */

/* `n_words` big-endian words and `n_body` bytes i % 10; free(). */
static inline uint8_t *idx_bytes(const uint32_t *words, size_t n_words, size_t n_body, size_t *n)
{
    *n = 4 * n_words + n_body;
    uint8_t *bytes = malloc(*n + 1);
    for (size_t i = 0; i < 4 * n_words; i++) bytes[i] = (uint8_t)(words[i / 4] >> (24 - 8 * (i % 4)));
    for (size_t i = 0; i < n_body; i++) bytes[4 * n_words + i] = (uint8_t)(i % 10);
    return bytes;
}

#endif
