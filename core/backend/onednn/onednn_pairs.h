/* What loops by the vector instruction for products of pairs of bf16 (AVX512_BF16) share. */
#ifndef FL_BACKEND_ONEDNN_ONEDNN_PAIRS_H
#define FL_BACKEND_ONEDNN_ONEDNN_PAIRS_H

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#define FL_ONEDNN_PAIRS __attribute__((noinline, target("avx512f,avx512bw,avx512vl,avx512bf16")))
#define FL_ONEDNN_PAIRS_INLINE                                                                                         \
    static inline __attribute__((always_inline, target("avx512f,avx512bw,avx512vl,avx512bf16")))

enum { FL_ONEDNN_LANES = 16 };

/* On processors that have the instruction and no tiles, which are the better way. */
bool fl_onednn_pairs_usable(void);

/* 16 numbers of two places in turn; a place that is not there is zero. */
FL_ONEDNN_PAIRS_INLINE __m512i fl_onednn_pairs_in_turn(const uint16_t *first, const uint16_t *second)
{
    __m512i a = first ? _mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)first)) : _mm512_setzero_si512();
    __m512i b = second ? _mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)second)) : _mm512_setzero_si512();
    return _mm512_or_si512(a, _mm512_slli_epi32(b, 16));
}

/* The same of two places that lie behind each other, by a single load. */
FL_ONEDNN_PAIRS_INLINE __m512i fl_onednn_pairs_neighbours(const uint16_t *first)
{
    static const uint16_t turn[2 * FL_ONEDNN_LANES] = { 0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                                        8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31 };
    return _mm512_permutexvar_epi16(_mm512_loadu_si512(turn), _mm512_loadu_si512(first));
}

/* sum + the products of a pair in memory, broadcast, with each of `pairs`: by one instruction, where compilers
 * broadcast by one more, which takes a place among the products. */
FL_ONEDNN_PAIRS_INLINE __m512 fl_onednn_pairs_add(__m512 sum, __m512i pairs, const uint32_t *pair)
{
    __asm__("vdpbf16ps %2%{1to16%}, %1, %0" : "+v"(sum) : "v"(pairs), "m"(*pair));
    return sum;
}

/* sum + the products of a unit in memory, broadcast, with each of `units`: a number, or in bf16 a pair. */
FL_ONEDNN_PAIRS_INLINE __m512 fl_onednn_pairs_multiply(__m512 sum, __m512i units, const uint32_t *unit, bool bf16)
{
    if (bf16) return fl_onednn_pairs_add(sum, units, unit);
    __m512 number = _mm512_castsi512_ps(_mm512_set1_epi32((int)*unit));
    return _mm512_fmadd_ps(number, _mm512_castsi512_ps(units), sum);
}

#endif
