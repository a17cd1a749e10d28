/* Copies of the weights in the layout and precision of a pass, made as the update goes.
 *
 * A blocked layout is separable: where a number lies is a sum over its coordinates. So two layouts differ by two
 * tables: where each block of the one begins in the other, and where the numbers of a block lie from there. A block of
 * a few kilobytes is converted once its last number has changed, while it is still in the cache. The common cases have
 * loops of their own: rows of 16 stay rows, or in bf16 two neighbouring rows are interleaved, as the instructions for
 * products of pairs want them. Rounding is to nearest even by the processor's instruction, as in oneDNN's own reorders.
 */
#include "base/error.h"
#include "base/memory.h"
#include "backend/onednn/onednn.h"

#include <immintrin.h>
#include <stdlib.h>
#include <string.h>

enum { ROW = 16 };

typedef void convert(const fl_onednn_copy *copy, const float *block, void *to, size_t base);

struct fl_onednn_copy {
    const fl_onednn_memory *from, *to;
    size_t block, n_blocks; /* floats */
    uint32_t *base;         /* n_blocks: where each begins in the copy */
    uint32_t *place;        /* block: where its numbers lie from there */
    size_t partner;         /* the distance of two rows that are interleaved */
    convert *convert;
};

/* --- loops --- */

static void rows_f32(const fl_onednn_copy *copy, const float *block, void *to, size_t base)
{
    float *out = (float *)to + base;
    for (size_t i = 0; i < copy->block; i += ROW) memcpy(out + copy->place[i], block + i, ROW * sizeof *out);
}

static void scattered_f32(const fl_onednn_copy *copy, const float *block, void *to, size_t base)
{
    float *out = (float *)to + base;
    for (size_t i = 0; i < copy->block; i++) out[copy->place[i]] = block[i];
}

#define BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))

BF16 static void rows_bf16(const fl_onednn_copy *copy, const float *block, void *to, size_t base)
{
    uint16_t *out = (uint16_t *)to + base;
    for (size_t i = 0; i < copy->block; i += ROW)
        _mm256_storeu_si256((void *)(out + copy->place[i]), (__m256i)_mm512_cvtneps_pbh(_mm512_loadu_ps(block + i)));
}

BF16 static void pairs_bf16(const fl_onednn_copy *copy, const float *block, void *to, size_t base)
{
    uint16_t *out = (uint16_t *)to + base;
    static const uint16_t in_turn[2 * ROW] = { 0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                               8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31 };
    __m512i order = _mm512_loadu_si512(in_turn);
    for (size_t first = 0; first < copy->block; first += 2 * copy->partner)
        for (size_t i = first; i < first + copy->partner; i += ROW) {
            __m512 even = _mm512_loadu_ps(block + i), odd = _mm512_loadu_ps(block + i + copy->partner);
            __m512i both = (__m512i)_mm512_cvtne2ps_pbh(odd, even);
            _mm512_storeu_si512(out + copy->place[i], _mm512_permutexvar_epi16(order, both));
        }
}

BF16 static void scattered_bf16(const fl_onednn_copy *copy, const float *block, void *to, size_t base)
{
    uint16_t *out = (uint16_t *)to + base, row[ROW];
    for (size_t i = 0; i < copy->block; i += ROW) {
        size_t n = copy->block - i < ROW ? copy->block - i : ROW;
        __m512 values = _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), block + i);
        _mm256_storeu_si256((void *)row, (__m256i)_mm512_cvtneps_pbh(values));
        for (size_t j = 0; j < n; j++) out[copy->place[i + j]] = row[j];
    }
}

/* --- tables --- */

size_t fl_onednn_place(const dnnl_memory_desc_t *desc, int dim, size_t x)
{
    const dnnl_blocking_desc_t *blocking = &desc->format_desc.blocking;
    size_t place = 0, stride = 1;
    for (int i = blocking->inner_nblks; i-- > 0;) {
        size_t n = (size_t)blocking->inner_blks[i];
        if (blocking->inner_idxs[i] == dim) {
            place += x % n * stride;
            x /= n;
        }
        stride *= n;
    }
    return place + x * (size_t)blocking->strides[dim];
}

static size_t block_side(const dnnl_memory_desc_t *desc, int dim)
{
    const dnnl_blocking_desc_t *blocking = &desc->format_desc.blocking;
    size_t side = 1;
    for (int i = 0; i < blocking->inner_nblks; i++)
        if (blocking->inner_idxs[i] == dim) side *= (size_t)blocking->inner_blks[i];
    return side;
}

/* to's place for each of from's, counted in `unit`, at the coordinates below `end` that are multiples of `step`. */
static uint32_t *map(const dnnl_memory_desc_t *from, const dnnl_memory_desc_t *to, const size_t *step,
                     const size_t *end, size_t unit, size_t count)
{
    size_t x[DNNL_MAX_NDIMS] = { 0 };
    uint32_t *table = fl_memory_new(count, sizeof *table);
    for (int dim = 0; dim >= 0;) {
        size_t here = 0, there = 0;
        for (int d = 0; d < from->ndims; d++) {
            here += fl_onednn_place(from, d, x[d]);
            there += fl_onednn_place(to, d, x[d]);
        }
        table[here / unit] = (uint32_t)there;
        for (dim = from->ndims - 1; dim >= 0 && (x[dim] += step[dim]) >= end[dim]; dim--) x[dim] = 0;
    }
    return table;
}

static bool is_blocked(const dnnl_memory_desc_t *desc)
{
    return desc->format_kind == dnnl_blocked && !desc->extra.flags && !desc->offset0;
}

/* Every block of `from` has room in `to` and looks alike there. */
bool fl_onednn_copy_possible(const dnnl_memory_desc_t *from, const dnnl_memory_desc_t *to)
{
    if (!is_blocked(from) || !is_blocked(to)) return false;
    for (int d = 0; d < from->ndims; d++) {
        size_t side = block_side(from, d), end = (size_t)from->padded_dims[d];
        if (end > (size_t)to->padded_dims[d]) return false;
        for (size_t x = 0; x < end; x++)
            if (fl_onednn_place(to, d, x) != fl_onednn_place(to, d, x - x % side) + fl_onednn_place(to, d, x % side))
                return false;
    }
    return true;
}

/* Rows of 16 whose numbers lie `stride` apart in the copy. */
static bool has_rows(const fl_onednn_copy *copy, size_t stride)
{
    if (copy->block % ROW) return false;
    for (size_t i = 0; i < copy->block; i++)
        if (copy->place[i] != copy->place[i - i % ROW] + stride * (i % ROW)) return false;
    return true;
}

/* The distance of the rows that lie between each other in the copy; 0: there are none. */
static size_t find_partner(const fl_onednn_copy *copy)
{
    size_t partner = ROW;
    if (!has_rows(copy, 2)) return 0;
    while (partner < copy->block && copy->place[partner] != 1) partner += ROW;
    if (copy->block % (2 * partner)) return 0;
    for (size_t i = 0; i < copy->block; i++)
        if (i / partner % 2 && copy->place[i] != copy->place[i - partner] + 1) return 0;
    return partner;
}

static void choose_loop(fl_onednn_copy *copy, bool f32)
{
    copy->partner = f32 ? 0 : find_partner(copy);
    if (copy->partner)
        copy->convert = pairs_bf16;
    else if (has_rows(copy, 1))
        copy->convert = f32 ? rows_f32 : rows_bf16;
    else
        copy->convert = f32 ? scattered_f32 : scattered_bf16;
}

fl_onednn_copy *fl_onednn_copy_new(const fl_onednn_memory *from, const fl_onednn_memory *to)
{
    size_t one[DNNL_MAX_NDIMS], side[DNNL_MAX_NDIMS], end[DNNL_MAX_NDIMS];
    fl_onednn_copy *copy = fl_memory_new(1, sizeof *copy);
    *copy = (fl_onednn_copy){ .from = from, .to = to, .block = 1, .n_blocks = 1 };
    for (int d = 0; d < from->desc.ndims; d++) {
        one[d] = 1;
        side[d] = block_side(&from->desc, d);
        end[d] = (size_t)from->desc.padded_dims[d];
        copy->block *= side[d];
        copy->n_blocks *= end[d] / side[d];
    }
    copy->place = map(&from->desc, &to->desc, one, side, 1, copy->block);
    copy->base = map(&from->desc, &to->desc, side, end, copy->block, copy->n_blocks);
    choose_loop(copy, to->desc.data_type == dnnl_f32);
    return copy;
}

/* --- use --- */

void fl_onednn_copy_free(fl_onednn_copy *copy)
{
    free(copy->base);
    free(copy->place);
    free(copy);
}

void fl_onednn_copy_refresh(const fl_onednn_copy *copy, size_t first, size_t count)
{
    void *from, *to;
    fl_onednn_check(dnnl_memory_get_data_handle(copy->from->handle, &from), "finding a memory");
    fl_onednn_check(dnnl_memory_get_data_handle(copy->to->handle, &to), "finding a memory");
    for (size_t i = first / copy->block; i < (first + count) / copy->block; i++)
        copy->convert(copy, (const float *)from + i * copy->block, to, copy->base[i]);
}
