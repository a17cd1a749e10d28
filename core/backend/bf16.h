/* bf16: the upper half of a float, rounded to nearest, ties to even. For numbers that are finite and no denormals. */
#ifndef FL_BACKEND_BF16_H
#define FL_BACKEND_BF16_H

#include <stdint.h>
#include <string.h>

static inline uint16_t fl_backend_bf16(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static inline float fl_backend_float(uint16_t half)
{
    uint32_t bits = (uint32_t)half << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
