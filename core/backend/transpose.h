/* The transpose of 16 x 16 numbers of 32 bits in registers. */
#ifndef FL_BACKEND_TRANSPOSE_H
#define FL_BACKEND_TRANSPOSE_H

#ifdef __x86_64__

#include <immintrin.h>

#define FL_BACKEND_AVX512_INLINE static inline __attribute__((always_inline, target("avx512f")))

enum { FL_BACKEND_SIDE = 16 };

/* Of two rows, swap the upper half of each group of 2 x `half` in a with the lower half of b's. */
FL_BACKEND_AVX512_INLINE void fl_backend_swap_halves(__m512i *a, __m512i *b, int half)
{
    int low[FL_BACKEND_SIDE], high[FL_BACKEND_SIDE];
    for (int i = 0; i < FL_BACKEND_SIDE; i++) {
        low[i] = i & half ? FL_BACKEND_SIDE + i - half : i;
        high[i] = i & half ? FL_BACKEND_SIDE + i : i + half;
    }
    __m512i upper = *a;
    *a = _mm512_permutex2var_epi32(upper, _mm512_loadu_si512(low), *b);
    *b = _mm512_permutex2var_epi32(upper, _mm512_loadu_si512(high), *b);
}

/* Blocks of 1, 2, 4 and 8 change places across the diagonal. */
FL_BACKEND_AVX512_INLINE void fl_backend_transpose(__m512i rows[FL_BACKEND_SIDE])
{
#pragma GCC unroll 4
    for (int half = 1; half < FL_BACKEND_SIDE; half *= 2)
#pragma GCC unroll 16
        for (int i = 0; i < FL_BACKEND_SIDE; i++)
            if (!(i & half)) fl_backend_swap_halves(&rows[i], &rows[i + half], half);
}

#endif

#endif
