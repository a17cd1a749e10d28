/* The f32 data gradient of a dense layer from the weights as forward reads them, for batches of a few rows:
 *
 *   dx[n,i] = sum over o of d[n,o] W[o,i]
 *
 * Forward has sixteen neighbouring outputs of an input side by side. The library first turns them round, which costs
 * more than such a product; here a sum is kept as sixteen, one per place, which are added up at its end. Weights come
 * from memory once: all rows meet a few inputs' weights while those are in the cache, and ask for the next meanwhile.
 */
#include "backend/onednn/onednn.h"
#include "base/memory.h"

#include <immintrin.h>
#include <stddef.h>

enum {
    WIDTH = 16,      /* outputs side by side */
    ROWS = 4,        /* of the batch at a time, */
    INPUTS = 6,      /* by so many inputs: their sums fill 24 of 32 registers; */
    MOST_ROWS = 64,  /* beyond them turning costs little beside the product */
    CACHED = 1 << 16 /* weights that stay in the second cache */
};

#define AVX512 __attribute__((target("avx512f")))
#define AVX512_INLINE static inline __attribute__((always_inline, target("avx512f")))

typedef struct turned {
    size_t rows, n_in, n_out, n_vectors, chunk; /* chunk: inputs that are computed for all rows */
    size_t *of_input;                           /* where an input's weights begin */
    size_t of_vector[];                         /* n_vectors, then n_in for of_input; in floats */
} turned;

/* Each number of the result adds up one half of a vector, */
AVX512_INLINE __m512 add_halves(__m512 a, __m512 b)
{
    return _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xee));
}

/* and then of what that left: a lane for each of four vectors. */
AVX512_INLINE __m512 add_quarters(__m512 ab, __m512 cd)
{
    return _mm512_add_ps(_mm512_shuffle_f32x4(ab, cd, 0x88), _mm512_shuffle_f32x4(ab, cd, 0xdd));
}

AVX512_INLINE __m512 lanes_of(const __m512 *rows)
{
    return add_quarters(add_halves(rows[0], rows[1]), add_halves(rows[2], rows[3]));
}

/* The sums of four rows by four inputs, each of sixteen places, added up in the order of _mm512_reduce_add_ps. */
AVX512_INLINE void write_four(const turned *p, __m512 (*sums)[ROWS], float *d_in)
{
    __m512 a = lanes_of(sums[0]), b = lanes_of(sums[1]), c = lanes_of(sums[2]), d = lanes_of(sums[3]);
    __m512 ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
    __m512 cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
    __m512 all = _mm512_add_ps(_mm512_shuffle_ps(ab, cd, 0x44), _mm512_shuffle_ps(ab, cd, 0xee));
    _mm_storeu_ps(d_in, _mm512_extractf32x4_ps(all, 0));
    _mm_storeu_ps(d_in + p->n_in, _mm512_extractf32x4_ps(all, 1));
    _mm_storeu_ps(d_in + 2 * p->n_in, _mm512_extractf32x4_ps(all, 2));
    _mm_storeu_ps(d_in + 3 * p->n_in, _mm512_extractf32x4_ps(all, 3));
}

AVX512_INLINE void write_sums(const turned *p, __m512 (*sums)[ROWS], float *d_in, size_t rows, size_t inputs)
{
    if (rows == ROWS && inputs == INPUTS) {
        write_four(p, sums, d_in);
        write_four(p, sums + INPUTS - 4, d_in + INPUTS - 4); /* two of them again */
        return;
    }
#pragma GCC unroll 6
    for (size_t k = 0; k < inputs; k++)
#pragma GCC unroll 4
        for (size_t r = 0; r < rows; r++) d_in[r * p->n_in + k] = _mm512_reduce_add_ps(sums[k][r]);
}

/* Inputs i..i+inputs-1 of `rows` rows; `next` are weights that will be wanted. */
AVX512_INLINE void sum(const turned *p, const float *d, const float *w, float *d_in, size_t i, const float *next,
                       size_t rows, size_t inputs)
{
    __m512 sums[INPUTS][ROWS];
#pragma GCC unroll 6
    for (size_t k = 0; k < inputs; k++)
#pragma GCC unroll 4
        for (size_t r = 0; r < rows; r++) sums[k][r] = _mm512_setzero_ps();
    for (size_t v = 0; v < p->n_vectors; v++) {
        __m512 weights[INPUTS];
        _mm_prefetch((const char *)(next + p->of_vector[v]), _MM_HINT_T1);
#pragma GCC unroll 6
        for (size_t k = 0; k < inputs; k++) weights[k] = _mm512_loadu_ps(w + p->of_input[i + k] + p->of_vector[v]);
#pragma GCC unroll 4
        for (size_t r = 0; r < rows; r++) {
            __m512 gradient = _mm512_loadu_ps(d + r * p->n_out + v * WIDTH);
#pragma GCC unroll 6
            for (size_t k = 0; k < inputs; k++) sums[k][r] = _mm512_fmadd_ps(gradient, weights[k], sums[k][r]);
        }
    }
    write_sums(p, sums, d_in + i, rows, inputs);
}

/* All inputs of a chunk, a few together. Of those of the chunk that follows the tile of rows with number `tile` asks
 * for one. */
AVX512_INLINE void sum_chunk(const turned *p, const float *d, const float *w, float *d_in, size_t first, size_t tile,
                             size_t rows)
{
    size_t end = first + p->chunk < p->n_in ? first + p->chunk : p->n_in, i = first;
    for (; i + INPUTS <= end; i += INPUTS) {
        size_t later = i + p->chunk + tile % INPUTS;
        sum(p, d, w, d_in, i, w + p->of_input[later < p->n_in ? later : i], rows, INPUTS);
    }
    for (; i < end; i++) sum(p, d, w, d_in, i, w + p->of_input[i], rows, 1);
}

AVX512 static size_t sum_rows(const turned *p, const float *d, const float *w, float *d_in, size_t first, size_t row)
{
    d += row * p->n_out;
    d_in += row * p->n_in;
    if (p->rows - row >= ROWS) {
        sum_chunk(p, d, w, d_in, first, row / ROWS, ROWS);
        return ROWS;
    }
    sum_chunk(p, d, w, d_in, first, row / ROWS, 1);
    return 1;
}

/* Memories: d_out, the weights, d_in. */
static void run(const void *what, void *const memories[])
{
    const turned *p = what;
    for (size_t first = 0; first < p->n_in; first += p->chunk)
        for (size_t row = 0; row < p->rows;) row += sum_rows(p, memories[0], memories[1], memories[2], first, row);
}

static turned *plan(const fl_backend_request *request, const dnnl_memory_desc_t *weights)
{
    size_t n_in = fl_tensor_shape_columns(request->in[0].shape), n_out = request->layer->n_out;
    turned *p = fl_memory_new(1, sizeof *p + (n_out / WIDTH + n_in) * sizeof(size_t));
    size_t chunk = CACHED / n_out / INPUTS * INPUTS;
    *p = (turned){ .rows = fl_tensor_shape_rows(request->in[0].shape), .n_in = n_in, .n_out = n_out };
    p->n_vectors = n_out / WIDTH;
    p->chunk = chunk ? chunk : INPUTS;
    p->of_input = p->of_vector + p->n_vectors;
    for (size_t v = 0; v < p->n_vectors; v++) p->of_vector[v] = fl_onednn_place(weights, 0, v * WIDTH);
    for (size_t i = 0; i < n_in; i++) p->of_input[i] = fl_onednn_place(weights, 1, i);
    return p;
}

static bool side_by_side(const dnnl_memory_desc_t *weights)
{
    const dnnl_blocking_desc_t *layout = &weights->format_desc.blocking;
    int last = layout->inner_nblks - 1;
    return weights->format_kind == dnnl_blocked && last >= 0 && layout->inner_idxs[last] == 0 &&
           layout->inner_blks[last] % WIDTH == 0;
}

bool fl_onednn_turned_serve(const fl_backend_request *request, const dnnl_memory_desc_t *weights)
{
    bool able = (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core;
    return able && request->layer->kind == FL_LAYER_DENSE && request->precision == FL_BACKEND_F32 &&
           request->layer->n_out % WIDTH == 0 && fl_tensor_shape_rows(request->in[0].shape) <= MOST_ROWS &&
           side_by_side(weights);
}

void fl_onednn_add_turned(fl_onednn_op *op, const fl_backend_request *request, const fl_onednn_memory *d_out,
                          const fl_onednn_memory *weights, const fl_onednn_memory *d_in)
{
    fl_onednn_note_name(op, "own:avx512_core");
    fl_onednn_add_loop(op, &op->backward, run, plan(request, &weights->desc), 3,
                       (const fl_onednn_memory *[]){ d_out, weights, d_in });
}
