/* The weight gradient of a dense layer by vectors of 16 outputs, on processors with AVX512_BF16 and without tiles.
 *
 *   dW[o,i] = sum over rows n of d[n,o] x[n,i]
 *
 * A step is a row in f32, and in bf16 two rows, whose numbers the instruction for products of pairs multiplies at once.
 * A few steps of 64 outputs are packed next to each other, to stay in the first cache, and of all inputs, in blocks of
 * 16, in the second. Then four inputs, each broadcast by the instruction that multiplies with it, meet four vectors of
 * outputs in registers. What is missing of a block or a pair is packed as zeros, so the padding of the weights gets
 * zeros too. All of it depends on shapes alone, so the order of sums does too. Threads divide the outputs; each packs
 * all inputs for itself and waits for nobody.
 */
#include "backend/onednn/onednn.h"
#include "backend/onednn/onednn_pairs.h"
#include "backend/threads.h"
#include "base/memory.h"

#include <stddef.h>

#define AVX512 FL_ONEDNN_PAIRS
#define AVX512_INLINE FL_ONEDNN_PAIRS_INLINE

/* In f32, with fewer rows, the library's kernel is as fast (bench/NOTES.md). */
enum { FEWEST_ROWS_F32 = 512 };

enum { LANES = FL_ONEDNN_LANES, VECTORS = 4, PANEL = VECTORS * LANES, INPUTS = 4, STEPS = 64 };

/* Rows of numbers without gaps. */
typedef struct matrix {
    const char *at;
    size_t rows, columns;
} matrix;

typedef struct dense {
    size_t rows, n_in, n_out;
    bool bf16, bias;
    size_t steps, in_blocks, panels;
    size_t panel_floats,
        block_floats; /* from a panel of the weights to the next, and from a block of inputs to the next */
    unsigned threads;
} dense;

typedef struct job {
    const dense *p;
    matrix in, d;
    char *workspace;
    float *weights, *bias; /* bias: NULL */
} job;

/* Memory that is packed next: packing would wait for each of its lines. */
typedef struct ahead {
    const char *from;
    size_t bytes; /* for each call that sums up */
} ahead;

/* Some steps, and a thread's memory. */
typedef struct piece {
    size_t first, steps;
    uint32_t *in; /* [block][step][16] */
    uint32_t *d;  /* [step][64] */
    ahead next[2];
} piece;

/* --- packing --- */

AVX512_INLINE __mmask16 lanes(size_t n)
{
    return n >= LANES ? 0xffff : (__mmask16)((1u << n) - 1);
}

/* 16 units of a step from a column on. */
AVX512_INLINE __m512i units(const matrix *m, size_t step, size_t column, bool bf16)
{
    __mmask16 there = column < m->columns ? lanes(m->columns - column) : 0;
    if (!bf16) return _mm512_maskz_loadu_epi32(there, (const float *)(const void *)m->at + step * m->columns + column);
    const uint16_t *first = (const uint16_t *)(const void *)m->at + 2 * step * m->columns + column;
    __mmask16 below = 2 * step + 1 < m->rows ? there : 0;
    __m512i a = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(there, first));
    __m512i b = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(below, first + m->columns));
    return _mm512_or_si512(a, _mm512_slli_epi32(b, 16));
}

AVX512_INLINE void pack_in(const matrix *m, const piece *at, size_t blocks, bool bf16)
{
    for (size_t s = 0; s < at->steps; s++)
        for (size_t b = 0; b < blocks; b++)
            _mm512_storeu_si512(at->in + (b * at->steps + s) * LANES, units(m, at->first + s, b * LANES, bf16));
}

AVX512_INLINE void pack_panel(const matrix *m, const piece *at, size_t column, bool bf16)
{
    for (size_t s = 0; s < at->steps; s++)
#pragma GCC unroll 4
        for (size_t v = 0; v < VECTORS; v++)
            _mm512_storeu_si512(at->d + s * PANEL + v * LANES, units(m, at->first + s, column + v * LANES, bf16));
}

/* --- sums --- */

AVX512_INLINE void fetch(ahead *next)
{
    for (size_t at = 0; at < next->bytes; at += 64) _mm_prefetch(next->from + at, _MM_HINT_T1);
    next->from += next->bytes;
}

/* The sums of four inputs by a panel, to[input][64]. */
AVX512_INLINE void add_inputs(piece *at, const uint32_t *in, float *to, bool bf16)
{
    const uint32_t *d = at->d, *end = d + at->steps * PANEL;
    __m512 sum[INPUTS * VECTORS];
    fetch(&at->next[0]);
    fetch(&at->next[1]);
#pragma GCC unroll 16
    for (size_t k = 0; k < INPUTS * VECTORS; k++) sum[k] = _mm512_setzero_ps();
    for (; d < end; d += PANEL, in += LANES) {
        __m512i outputs[VECTORS];
#pragma GCC unroll 4
        for (size_t v = 0; v < VECTORS; v++) outputs[v] = _mm512_loadu_si512(d + v * LANES);
#pragma GCC unroll 16
        for (size_t k = 0; k < INPUTS * VECTORS; k++)
            sum[k] = fl_onednn_pairs_multiply(sum[k], outputs[k % VECTORS], in + k / VECTORS, bf16);
    }
#pragma GCC unroll 16
    for (size_t k = 0; k < INPUTS * VECTORS; k++) {
        float *sums = to + k * LANES;
        _mm512_storeu_ps(sums, at->first ? _mm512_add_ps(_mm512_loadu_ps(sums), sum[k]) : sum[k]);
    }
}

AVX512_INLINE void add_bias(const piece *at, size_t n, float *bias, bool bf16)
{
    static const uint32_t ones = 0x3f803f80, one = 0x3f800000; /* a pair in bf16, a number */
    for (size_t v = 0; v * LANES < n && v < VECTORS; v++) {
        __mmask16 there = lanes(n - v * LANES);
        __m512 sum = at->first ? _mm512_maskz_loadu_ps(there, bias + v * LANES) : _mm512_setzero_ps();
        for (size_t s = 0; s < at->steps; s++)
            sum = fl_onednn_pairs_multiply(sum, _mm512_loadu_si512(at->d + s * PANEL + v * LANES), bf16 ? &ones : &one,
                                           bf16);
        _mm512_mask_storeu_ps(bias + v * LANES, there, sum);
    }
}

/* A matrix's rows behind the piece, in as many calls as it takes; past the last nothing is read. */
static ahead next_of(const matrix *m, const piece *at, size_t row_bytes, size_t calls)
{
    return (ahead){ m->at + (at->first + at->steps) * row_bytes, (at->steps * row_bytes + calls - 1) / calls };
}

AVX512_INLINE void add_piece(const job *of, piece *at, size_t first, size_t end, bool bf16)
{
    const dense *p = of->p;
    size_t calls = (end - first) * p->in_blocks * (LANES / INPUTS);
    at->next[0] = next_of(&of->in, at, p->n_in * sizeof(float), calls); /* of bf16 a step has two rows */
    at->next[1] = next_of(&of->d, at, p->n_out * sizeof(float), calls);
    pack_in(&of->in, at, p->in_blocks, bf16);
    for (size_t panel = first; panel < end; panel++) {
        pack_panel(&of->d, at, panel * PANEL, bf16);
        for (size_t i = 0; i < p->in_blocks * LANES; i += INPUTS) {
            size_t block = i / LANES, within = i % LANES;
            add_inputs(at, at->in + block * at->steps * LANES + within,
                       of->weights + panel * p->panel_floats + block * p->block_floats + within * PANEL, bf16);
        }
        if (of->bias) add_bias(at, p->n_out - panel * PANEL, of->bias + panel * PANEL, bf16);
    }
}

static size_t part_units(const dense *p)
{
    return STEPS * (p->in_blocks * LANES + PANEL);
}

AVX512 static void run_part(const void *data, unsigned number, unsigned parts)
{
    const job *of = data;
    const dense *p = of->p;
    size_t first = p->panels * number / parts, end = p->panels * (number + 1) / parts;
    piece at = { .d = (uint32_t *)(void *)of->workspace + number * part_units(p) };
    at.in = at.d + STEPS * PANEL;
    for (; at.first < p->steps; at.first += STEPS) {
        at.steps = p->steps - at.first < STEPS ? p->steps - at.first : STEPS;
        if (p->bf16)
            add_piece(of, &at, first, end, true);
        else
            add_piece(of, &at, first, end, false);
    }
}

/* Memories: in, d_out, the workspace, the gradients of weights and, where there is one, bias. */
static void run(const void *what, void *const memories[])
{
    const dense *p = what;
    const job of = { .p = p,
                     .in = { memories[0], p->rows, p->n_in },
                     .d = { memories[1], p->rows, p->n_out },
                     .workspace = memories[2],
                     .weights = memories[3],
                     .bias = p->bias ? memories[4] : NULL };
    fl_backend_threads_each(p->threads, run_part, &of);
}

/* --- planning --- */

static dense *plan(const fl_backend_request *request, const dnnl_memory_desc_t *weights)
{
    fl_tensor_shape in = request->in[0].shape;
    dense *p = fl_memory_new(1, sizeof *p);
    *p = (dense){ .rows = fl_tensor_shape_rows(in), .n_in = fl_tensor_shape_columns(in) };
    p->n_out = request->layer->n_out;
    p->bf16 = request->precision == FL_BACKEND_BF16;
    p->bias = !request->layer->no_bias;
    p->steps = p->bf16 ? (p->rows + 1) / 2 : p->rows;
    p->in_blocks = (p->n_in + LANES - 1) / LANES;
    p->panels = (p->n_out + PANEL - 1) / PANEL;
    p->panel_floats = (size_t)weights->format_desc.blocking.strides[0];
    p->block_floats = (size_t)weights->format_desc.blocking.strides[1];
    size_t threads = fl_backend_threads();
    p->threads = (unsigned)(threads < p->panels ? threads : p->panels);
    return p;
}

/* Blocks of 16 inputs by 64 outputs, those next to each other. */
static bool in_panels(const dnnl_memory_desc_t *weights)
{
    const dnnl_blocking_desc_t *layout = &weights->format_desc.blocking;
    return weights->format_kind == dnnl_blocked && weights->ndims == 2 && layout->inner_nblks == 2 &&
           layout->inner_idxs[0] == 1 && layout->inner_blks[0] == LANES && layout->inner_idxs[1] == 0 &&
           layout->inner_blks[1] == PANEL;
}

bool fl_onednn_dense_weights_serve(const fl_backend_request *request, const dnnl_memory_desc_t *weights)
{
    size_t fewest = request->precision == FL_BACKEND_F32 ? FEWEST_ROWS_F32 : 1;
    return fl_onednn_pairs_usable() && request->training && request->layer->kind == FL_LAYER_DENSE &&
           fl_tensor_shape_rows(request->in[0].shape) >= fewest && in_panels(weights);
}

void fl_onednn_add_dense_weights(fl_onednn_op *op, const fl_backend_request *request, const fl_onednn_memory *in,
                                 const fl_onednn_memory *d_out, const fl_onednn_memory *weights,
                                 const fl_onednn_memory *bias)
{
    dense *p = plan(request, &weights->desc);
    dnnl_dim_t bytes = (dnnl_dim_t)(p->threads * part_units(p) * sizeof(uint32_t));
    dnnl_memory_desc_t workspace = fl_onednn_desc(1, &bytes, dnnl_u8, dnnl_a);
    fl_onednn_note_name(op, "own:avx512_core_bf16");
    fl_onednn_add_loop(op, &op->backward, run, p, bias ? 5 : 4,
                       (const fl_onednn_memory *[]){ in, d_out, fl_onednn_allocated(op, &workspace), weights, bias });
}
