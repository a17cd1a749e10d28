/* AMX by intrinsics: the loops keep two by two sums in tile registers, so that a step of four products loads four
 * tiles.
 */
#include "backend/onednn/onednn_tiles.h"
#include "backend/onednn/onednn.h"
#include "backend/transpose.h"

bool fl_onednn_tiles_usable(void)
{
#ifdef __x86_64__
    dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();
    return (isa & dnnl_cpu_isa_avx512_core_amx) == dnnl_cpu_isa_avx512_core_amx;
#else
    return false;
#endif
}

#ifdef __x86_64__

#include <immintrin.h>

#define TILES __attribute__((noinline, target("amx-tile,amx-bf16,avx512f,avx512bw,avx512vl,avx512bf16")))
#define TILES_INLINE                                                                                                   \
    static inline __attribute__((always_inline, target("amx-tile,amx-bf16,avx512f,avx512bw,avx512vl,avx512bf16")))

/* The intrinsics do not tell the compiler that they read memory. */
#define MEMORY_BARRIER() __asm__ volatile("" ::: "memory")

TILES void fl_onednn_tiles_begin(void)
{
    struct {
        uint8_t palette, start, reserved[14];
        uint16_t bytes[16];
        uint8_t rows[16];
    } __attribute__((aligned(64))) all = { .palette = 1 };
    for (size_t i = 0; i < 8; i++) {
        all.bytes[i] = FL_ONEDNN_TILE_LINE;
        all.rows[i] = FL_ONEDNN_TILE;
    }
    MEMORY_BARRIER();
    _tile_loadconfig(&all);
}

TILES void fl_onednn_tiles_end(void)
{
    _tile_release();
}

/* Sums 0..3 are rows 0, 0, 1, 1 by columns 0, 1, 0, 1; tiles 4 and 5 the left, 6 and 7 the right operands. */
TILES_INLINE void add_steps(size_t steps, const char *left, size_t next_row, const char *right, const char *next_column,
                            bool two_rows, bool two_columns)
{
    for (size_t s = 0; s < steps;
         s++, left += FL_ONEDNN_TILE_BYTES, right += FL_ONEDNN_TILE_BYTES, next_column += FL_ONEDNN_TILE_BYTES) {
        _tile_loadd(4, left, FL_ONEDNN_TILE_LINE);
        _tile_loadd(6, right, FL_ONEDNN_TILE_LINE);
        _tile_dpbf16ps(0, 4, 6);
        if (two_columns) {
            _tile_loadd(7, next_column, FL_ONEDNN_TILE_LINE);
            _tile_dpbf16ps(1, 4, 7);
        }
        if (two_rows) {
            _tile_loadd(5, left + next_row, FL_ONEDNN_TILE_LINE);
            _tile_dpbf16ps(2, 5, 6);
            if (two_columns) _tile_dpbf16ps(3, 5, 7);
        }
    }
}

/* Where the four sums lie, and how far apart their lines are. */
typedef struct block {
    char *at[4];
    size_t line;
} block;

TILES_INLINE block block_of(const fl_onednn_tiles *p, size_t r, size_t c, bool two_columns)
{
    char *first = p->sums + r * p->sums_row + p->sums_of_column[c];
    char *second = p->sums + r * p->sums_row + p->sums_of_column[c + two_columns];
    return (block){ { first, second, first + p->sums_row, second + p->sums_row }, p->sums_line };
}

TILES_INLINE void load_sums(block b, bool two_rows, bool two_columns)
{
    _tile_loadd(0, b.at[0], b.line);
    if (two_columns) _tile_loadd(1, b.at[1], b.line);
    if (two_rows) _tile_loadd(2, b.at[2], b.line);
    if (two_rows && two_columns) _tile_loadd(3, b.at[3], b.line);
}

TILES_INLINE void store_sums(block b, bool two_rows, bool two_columns)
{
    _tile_stored(0, b.at[0], b.line);
    if (two_columns) _tile_stored(1, b.at[1], b.line);
    if (two_rows) _tile_stored(2, b.at[2], b.line);
    if (two_rows && two_columns) _tile_stored(3, b.at[3], b.line);
}

TILES_INLINE void zero_sums(void)
{
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
}

/* The sums of row tiles r, r+1 and column tiles c, c+1. */
TILES_INLINE void add_block(const fl_onednn_tiles *p, size_t r, size_t c, bool two_rows, bool two_columns)
{
    size_t row_bytes = p->steps * FL_ONEDNN_TILE_BYTES;
    block sums = block_of(p, r, c, two_columns);
    if (p->fresh)
        zero_sums();
    else
        load_sums(sums, two_rows, two_columns);
    for (size_t u = 0; u < p->n_units; u++) {
        const char *left = p->left + (u * p->row_tiles + r) * row_bytes, *right = p->right + u * p->right_bytes;
        add_steps(p->steps, left, row_bytes, right + p->columns[c], right + p->columns[c + two_columns], two_rows,
                  two_columns);
    }
    store_sums(sums, two_rows, two_columns);
}

TILES_INLINE void add_at(const fl_onednn_tiles *p, size_t r, size_t c)
{
    bool two_rows = r + 1 < p->row_tiles, two_columns = c + 1 < p->column_tiles;
    if (two_rows && two_columns)
        add_block(p, r, c, true, true);
    else
        add_block(p, r, c, two_rows, two_columns);
}

/* The larger operand is gone through once, the smaller again and again: it may stay in a cache. */
TILES void fl_onednn_tiles_multiply(const fl_onednn_tiles *p)
{
    MEMORY_BARRIER();
    if (p->row_tiles > p->column_tiles)
        for (size_t r = 0; r < p->row_tiles; r += 2)
            for (size_t c = 0; c < p->column_tiles; c += 2) add_at(p, r, c);
    else
        for (size_t c = 0; c < p->column_tiles; c += 2)
            for (size_t r = 0; r < p->row_tiles; r += 2) add_at(p, r, c);
    MEMORY_BARRIER();
}

/* 16 numbers of two places, in turn. */
TILES_INLINE __m512i interleave(const uint16_t *first, const uint16_t *second)
{
    __m512i a = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)first));
    __m512i b = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)second));
    return _mm512_or_si512(a, _mm512_slli_epi32(b, 16));
}

TILES void fl_onednn_tiles_interleave(const uint16_t *first, const uint16_t *second, size_t n, char *line,
                                      size_t tile_bytes)
{
    for (size_t i = 0; i < n; i++)
        _mm512_store_si512(line + i * tile_bytes, interleave(first + i * FL_ONEDNN_TILE, second + i * FL_ONEDNN_TILE));
}

TILES void fl_onednn_tiles_transpose(const uint16_t *from, size_t width, size_t steps, char *left,
                                     float sums[FL_ONEDNN_TILE])
{
    __m512bh ones = (__m512bh)_mm512_set1_epi16(0x3f80); /* 1 in bf16 */
    __m512 total = _mm512_loadu_ps(sums);
    for (size_t s = 0; s < steps; s++, from += FL_ONEDNN_TILE_PLACES * width, left += FL_ONEDNN_TILE_BYTES) {
        __m512i rows[FL_ONEDNN_TILE];
#pragma GCC unroll 16
        for (size_t pair = 0; pair < FL_ONEDNN_TILE_PAIRS; pair++) {
            rows[pair] = interleave(from + 2 * pair * width, from + (2 * pair + 1) * width);
            total = _mm512_dpbf16_ps(total, (__m512bh)rows[pair], ones);
        }
        fl_backend_transpose(rows);
#pragma GCC unroll 16
        for (size_t o = 0; o < FL_ONEDNN_TILE; o++) _mm512_store_si512(left + o * FL_ONEDNN_TILE_LINE, rows[o]);
    }
    _mm512_storeu_ps(sums, total);
}

#endif
