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
    ROWS = 8,        /* of the batch at a time, */
    INPUTS = 3,      /* by so many inputs: their sums fill 24 of 32 registers; */
    NARROW = 4,      /* or so few rows, */
    WIDE = 6,        /* by so many, */
    LONG = 512,      /* where more outputs than these would drive eight rows of d from the first cache */
    MOST_ROWS = 64,  /* beyond them turning costs little beside the product */
    CACHED = 1 << 16 /* weights that stay in the second cache */
};

#define AVX512 __attribute__((target("avx512f")))
#define AVX512_INLINE static inline __attribute__((always_inline, target("avx512f")))

typedef struct turned {
    size_t rows, n_in, n_out, n_vectors, chunk; /* chunk: inputs that are computed for all rows */
    bool long_rows;                             /* of d: see LONG */
    size_t *of_input;                           /* where an input's weights begin */
    size_t of_vector[];                         /* n_vectors, then n_in for of_input; in floats */
} turned;

/* Rows first..first+rows-1, inputs i..i+inputs-1; `next` are weights that will be wanted. */
AVX512_INLINE void sum(const turned *p, const float *d, const float *w, float *d_in, size_t i, const float *next,
                       size_t rows, size_t inputs)
{
    __m512 sums[ROWS][WIDE];
#pragma GCC unroll 8
    for (size_t r = 0; r < rows; r++)
#pragma GCC unroll 6
        for (size_t k = 0; k < inputs; k++) sums[r][k] = _mm512_setzero_ps();
    for (size_t v = 0; v < p->n_vectors; v++) {
        __m512 weights[WIDE];
        _mm_prefetch((const char *)(next + p->of_vector[v]), _MM_HINT_T1);
#pragma GCC unroll 6
        for (size_t k = 0; k < inputs; k++) weights[k] = _mm512_loadu_ps(w + p->of_input[i + k] + p->of_vector[v]);
#pragma GCC unroll 8
        for (size_t r = 0; r < rows; r++) {
            __m512 gradient = _mm512_loadu_ps(d + r * p->n_out + v * WIDTH);
#pragma GCC unroll 6
            for (size_t k = 0; k < inputs; k++) sums[r][k] = _mm512_fmadd_ps(gradient, weights[k], sums[r][k]);
        }
    }
#pragma GCC unroll 8
    for (size_t r = 0; r < rows; r++)
#pragma GCC unroll 6
        for (size_t k = 0; k < inputs; k++) d_in[r * p->n_in + i + k] = _mm512_reduce_add_ps(sums[r][k]);
}

/* All inputs of a chunk, a few together. Of those of the chunk that follows the tile of rows with number `tile` asks for one. */
AVX512_INLINE void sum_chunk(const turned *p, const float *d, const float *w, float *d_in, size_t first, size_t tile,
                             size_t rows, size_t together)
{
    size_t end = first + p->chunk < p->n_in ? first + p->chunk : p->n_in, i = first;
    for (; i + together <= end; i += together) {
        size_t later = i + p->chunk + tile % together;
        sum(p, d, w, d_in, i, w + p->of_input[later < p->n_in ? later : i], rows, together);
    }
    for (; i < end; i++) sum(p, d, w, d_in, i, w + p->of_input[i], rows, 1);
}

AVX512 static size_t sum_rows(const turned *p, const float *d, const float *w, float *d_in, size_t first, size_t row)
{
    size_t left = p->rows - row, tile = row / (p->long_rows ? NARROW : ROWS);
    d += row * p->n_out;
    d_in += row * p->n_in;
    if (left >= ROWS && !p->long_rows) {
        sum_chunk(p, d, w, d_in, first, tile, ROWS, INPUTS);
        return ROWS;
    }
    if (left >= NARROW) {
        sum_chunk(p, d, w, d_in, first, tile, NARROW, WIDE);
        return NARROW;
    }
    sum_chunk(p, d, w, d_in, first, tile, 1, WIDE);
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
    size_t chunk = CACHED / n_out / WIDE * WIDE;
    *p = (turned){ .rows = fl_tensor_shape_rows(request->in[0].shape), .n_in = n_in, .n_out = n_out };
    p->n_vectors = n_out / WIDTH;
    p->chunk = chunk ? chunk : WIDE;
    p->long_rows = n_out > LONG;
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
