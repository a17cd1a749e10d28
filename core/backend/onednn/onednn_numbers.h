/* Numbers in f32 or bf16, which is the upper half of an f32, for loops over either. `bf16` is known when compiling. */
#ifndef FL_BACKEND_ONEDNN_ONEDNN_NUMBERS_H
#define FL_BACKEND_ONEDNN_ONEDNN_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FL_ONEDNN_ALWAYS_INLINE static inline __attribute__((always_inline))

/* Before a loop: no pass of it reads what another writes. Clang has no word for that; a sanitizer's checks keep GCC
 * from using it, of which it warns. */
#if defined __clang__ || defined __SANITIZE_ADDRESS__
#define FL_ONEDNN_INDEPENDENT
#else
#define FL_ONEDNN_INDEPENDENT _Pragma("GCC ivdep")
#endif

FL_ONEDNN_ALWAYS_INLINE uint32_t fl_onednn_load_bits(const void *from, size_t i, bool bf16)
{
    return bf16 ? (uint32_t)((const uint16_t *)from)[i] << 16 : ((const uint32_t *)from)[i];
}

FL_ONEDNN_ALWAYS_INLINE void fl_onednn_store_bits(void *to, size_t i, uint32_t bits, bool bf16)
{
    if (bf16)
        ((uint16_t *)to)[i] = (uint16_t)(bits >> 16);
    else
        ((uint32_t *)to)[i] = bits;
}

FL_ONEDNN_ALWAYS_INLINE float fl_onednn_load(const void *from, size_t i, bool bf16)
{
    uint32_t bits = fl_onednn_load_bits(from, i, bf16);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Of a value that the type holds exactly. */
FL_ONEDNN_ALWAYS_INLINE void fl_onednn_store(void *to, size_t i, float value, bool bf16)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    fl_onednn_store_bits(to, i, bits, bf16);
}

/* Of any value: bf16 is rounded to nearest even. */
FL_ONEDNN_ALWAYS_INLINE void fl_onednn_round(void *to, size_t i, float value, bool bf16)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    fl_onednn_store_bits(to, i, bf16 ? bits + 0x7fff + (bits >> 16 & 1) : bits, bf16);
}

#endif
