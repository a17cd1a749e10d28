/* c = factor a b + keep c, by panels of 32 columns of b that are packed into the nearest cache, a few hundred rows of b
 * at a time; within a panel 8 rows of c are summed up in registers. */
#include "backend/small.h"
#include "backend/transpose.h"
#include "base/error.h"

#ifdef __x86_64__

#define AVX512 __attribute__((target("avx512f")))

enum { ROWS = 8, VECTORS = 2, WIDTH = VECTORS * FL_BACKEND_SIDE, DEPTH = 256 };

bool fl_backend_small_usable(void)
{
    return __builtin_cpu_supports("avx512f");
}

/* Columns first..first+n-1 that a vector has, as a mask. */
FL_BACKEND_AVX512_INLINE __mmask16 lanes(size_t n)
{
    return n >= FL_BACKEND_SIDE ? 0xffff : (__mmask16)((1u << n) - 1);
}

/* What is left of a panel's columns for its second vector. */
FL_BACKEND_AVX512_INLINE size_t beyond(size_t columns)
{
    return columns > FL_BACKEND_SIDE ? columns - FL_BACKEND_SIDE : 0;
}

/* --- packing: `depth` rows of 32 columns, missing ones zero --- */

AVX512 static void pack_rows(const float *from, size_t step, size_t depth, size_t columns, float *panel)
{
    __mmask16 first = lanes(columns), second = lanes(beyond(columns));
    for (size_t k = 0; k < depth; k++, from += step, panel += WIDTH) {
        _mm512_storeu_ps(panel, _mm512_maskz_loadu_ps(first, from));
        _mm512_storeu_ps(panel + FL_BACKEND_SIDE, _mm512_maskz_loadu_ps(second, from + FL_BACKEND_SIDE));
    }
}

/* 16 columns, which are rows of `from`, at 16 places k. */
AVX512 static void pack_turned_block(const float *from, size_t step, size_t depth, size_t columns, float *panel)
{
    __m512i rows[FL_BACKEND_SIDE];
    for (size_t j = 0; j < FL_BACKEND_SIDE; j++)
        rows[j] = j < columns ? _mm512_maskz_loadu_epi32(lanes(depth), from + j * step) : _mm512_setzero_si512();
    fl_backend_transpose(rows);
    for (size_t k = 0; k < FL_BACKEND_SIDE && k < depth; k++) _mm512_storeu_si512(panel + k * WIDTH, rows[k]);
}

AVX512 static void pack_turned(const float *from, size_t step, size_t depth, size_t columns, float *panel)
{
    for (size_t k = 0; k < depth; k += FL_BACKEND_SIDE) {
        pack_turned_block(from + k, step, depth - k, columns, panel + k * WIDTH);
        pack_turned_block(from + FL_BACKEND_SIDE * step + k, step, depth - k, beyond(columns),
                          panel + k * WIDTH + FL_BACKEND_SIDE);
    }
}

/* --- sums --- */

/* Where a's number of row i and place k lies: i * row + k * place. */
typedef struct left {
    const float *at;
    size_t row, place;
} left;

FL_BACKEND_AVX512_INLINE void add_rows(size_t rows, left a, const float *panel, size_t depth, float factor, float keep,
                                       float *c, size_t step, size_t columns)
{
    __m512 sums[ROWS][VECTORS];
    __mmask16 masks[VECTORS] = { lanes(columns), lanes(beyond(columns)) };
#pragma GCC unroll 8
    for (size_t i = 0; i < rows; i++) sums[i][0] = sums[i][1] = _mm512_setzero_ps();
    for (size_t k = 0; k < depth; k++, panel += WIDTH) {
        __m512 b0 = _mm512_loadu_ps(panel), b1 = _mm512_loadu_ps(panel + FL_BACKEND_SIDE);
#pragma GCC unroll 8
        for (size_t i = 0; i < rows; i++) {
            __m512 x = _mm512_set1_ps(a.at[i * a.row + k * a.place]);
            sums[i][0] = _mm512_fmadd_ps(x, b0, sums[i][0]);
            sums[i][1] = _mm512_fmadd_ps(x, b1, sums[i][1]);
        }
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 2
        for (size_t v = 0; v < VECTORS; v++) {
            float *to = c + i * step + v * FL_BACKEND_SIDE;
            __m512 sum = _mm512_mul_ps(sums[i][v], _mm512_set1_ps(factor));
            if (keep != 0) sum = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(masks[v], to), _mm512_set1_ps(keep), sum);
            _mm512_mask_storeu_ps(to, masks[v], sum);
        }
}

AVX512 static void add_panel(size_t rows, left a, const float *panel, size_t depth, float factor, float keep, float *c,
                             size_t step, size_t columns)
{
    size_t i = 0;
    for (; i + ROWS <= rows; i += ROWS)
        add_rows(ROWS, (left){ a.at + i * a.row, a.row, a.place }, panel, depth, factor, keep, c + i * step, step,
                 columns);
    for (; i < rows; i++)
        add_rows(1, (left){ a.at + i * a.row, a.row, a.place }, panel, depth, factor, keep, c + i * step, step,
                 columns);
}

void fl_backend_small_product(size_t rows, size_t columns, size_t depth, float factor, fl_backend_matrix a,
                              fl_backend_matrix b, float keep, float *c, size_t step)
{
    float panel[(DEPTH + FL_BACKEND_SIDE) * WIDTH];
    for (size_t k = 0; k < depth; k += DEPTH)
        for (size_t j = 0; j < columns; j += WIDTH) {
            size_t now = depth - k < DEPTH ? depth - k : DEPTH, wide = columns - j < WIDTH ? columns - j : WIDTH;
            left x = a.transposed ? (left){ a.at + k * a.step, 1, a.step } : (left){ a.at + k, a.step, 1 };
            if (b.transposed)
                pack_turned(b.at + j * b.step + k, b.step, now, wide, panel);
            else
                pack_rows(b.at + k * b.step + j, b.step, now, wide, panel);
            add_panel(rows, x, panel, now, factor, k ? 1 : keep, c + j, step, wide);
        }
}

#else

bool fl_backend_small_usable(void)
{
    return false;
}

void fl_backend_small_product(size_t rows, size_t columns, size_t depth, float factor, fl_backend_matrix a,
                              fl_backend_matrix b, float keep, float *c, size_t step)
{
    fl_error_die("small products need AVX-512");
}

#endif
