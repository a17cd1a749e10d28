#include "support/idx_bytes.h"

uint8_t *idx_bytes(const uint32_t *words, size_t n_words, size_t n_body, size_t *n)
{
    *n = 4 * n_words + n_body;
    uint8_t *bytes = malloc(*n + 1);
    for (size_t i = 0; i < 4 * n_words; i++) bytes[i] = (uint8_t)(words[i / 4] >> (24 - 8 * (i % 4)));
    for (size_t i = 0; i < n_body; i++) bytes[4 * n_words + i] = (uint8_t)(i % 10);
    return bytes;
}
