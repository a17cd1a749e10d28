/* One example as numbers: the model sees pixel / 255, and everything else as it is. */
#include "dataset/example.h"
#include "backend/bf16.h"
#include "base/clones.h"

#include <immintrin.h>
#include <string.h>

/* The float nearest to pixel / 255 without a division: 1/255 is a sum of two floats of which the first has so few bits
 * that its product is exact, so all 256 come out right. */
#define HIGH 0x1.01p-8f
#define LOW ((float)(1.0 / 255.0 - (double)HIGH))

static inline float scaled(uint8_t pixel)
{
    return (float)pixel * HIGH + (float)pixel * LOW;
}

FL_CLONES static void scale_pixels(const uint8_t *restrict pixels, size_t n, float *restrict input)
{
    for (size_t i = 0; i < n; i++) input[i] = scaled(pixels[i]);
}

/* 32 pixels at a time by the processor's own rounding, a quarter of the instructions; of the last ones those there are.
 */
__attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16"))) static void
scale_pixels_bf16_fast(const uint8_t *restrict pixels, size_t n, uint16_t *restrict input)
{
    __m512 high = _mm512_set1_ps(HIGH), low = _mm512_set1_ps(LOW);
    for (size_t i = 0; i < n; i += 32) {
        __mmask32 there = n - i < 32 ? (__mmask32)((1u << (n - i)) - 1) : 0xffffffff;
        __m256i bytes = _mm256_maskz_loadu_epi8(there, pixels + i);
        __m512 half[2];
        for (size_t h = 0; h < 2; h++) {
            __m128i some = h ? _mm256_extracti128_si256(bytes, 1) : _mm256_castsi256_si128(bytes);
            __m512 grey = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(some));
            half[h] = _mm512_add_ps(_mm512_mul_ps(grey, high), _mm512_mul_ps(grey, low));
        }
        _mm512_mask_storeu_epi16(input + i, there, (__m512i)_mm512_cvtne2ps_pbh(half[1], half[0]));
    }
}

FL_CLONES static void scale_pixels_bf16(const uint8_t *restrict pixels, size_t n, uint16_t *restrict input)
{
    for (size_t i = 0; i < n; i++) input[i] = fl_backend_bf16(scaled(pixels[i]));
}

static void scale_to_bf16(const uint8_t *pixels, size_t n, uint16_t *input)
{
    (__builtin_cpu_supports("avx512bf16") ? scale_pixels_bf16_fast : scale_pixels_bf16)(pixels, n, input);
}

static void copy_to_bf16(const float *values, size_t n, uint16_t *to)
{
    for (size_t i = 0; i < n; i++) to[i] = fl_backend_bf16(values[i]);
}

size_t fl_dataset_example_bytes(const fl_dataset *dataset)
{
    return dataset->pixels ? 1 : sizeof(float);
}

const void *fl_dataset_example_at(const fl_dataset *dataset, size_t position)
{
    size_t n = fl_tensor_shape_size(dataset->shape);
    if (dataset->pixels) return dataset->pixels + position * n;
    return dataset->tokens ? (const void *)(dataset->tokens + position * n) : dataset->values + position * n;
}

void fl_dataset_example_read(const fl_dataset *dataset, size_t position, fl_backend_precision precision, void *to)
{
    const void *from = fl_dataset_example_at(dataset, position);
    size_t n = fl_tensor_shape_size(dataset->shape);
    bool bf16 = precision == FL_BACKEND_BF16;
    if (dataset->tokens || (dataset->values && !bf16))
        memcpy(to, from, n * sizeof(float));
    else if (dataset->values)
        copy_to_bf16(from, n, to);
    else if (bf16)
        scale_to_bf16(from, n, to);
    else
        scale_pixels(from, n, to);
}

void fl_dataset_example_store(const float *values, size_t n, fl_backend_precision precision, void *to)
{
    if (precision == FL_BACKEND_BF16)
        copy_to_bf16(values, n, to);
    else
        memcpy(to, values, n * sizeof *values);
}
