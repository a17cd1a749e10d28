/* The f32 weight gradient of a convolution with windows of 3 x 3 by vectors of 16 channels, on processors with
 * AVX512_BF16 and without tiles, where the library's kernels reach three quarters of the peak.
 *
 *   dW[o,i,j,l] = sum over images, y, x of d[y,x,o] in[sy+j-pad,sx+l-pad,i]
 *
 * 16 channels o are a vector; a number of `in` is broadcast by the instruction that multiplies with it. The taps l of a
 * window's row j by half a block of channels i are 24 sums in registers, so a place of d is loaded once for 24
 * products. Everything is read as it lies, and what windows see outside the image is no part of the sums. Work goes by
 * pieces of a few images that the second cache holds. All of it depends on shapes alone, so the order of sums does too.
 * Threads divide the channels of d and the rows of windows.
 */
#include "backend/onednn/onednn.h"
#include "backend/onednn/onednn_pairs.h"
#include "backend/threads.h"
#include "base/memory.h"

#include <stddef.h>

#define AVX512 FL_ONEDNN_PAIRS
#define AVX512_INLINE FL_ONEDNN_PAIRS_INLINE

enum { LANES = FL_ONEDNN_LANES, BLOCK = LANES * LANES, TAPS = 3, HALF = LANES / 2, SUMS = TAPS * HALF };

/* Stretches of a block of d's channels that are summed up by themselves: a window's row by half a block of `in`. */
enum { STRETCHES = TAPS * 2 };

/* What a piece should not exceed, a quarter of the second cache; but it should have so many places that loading and
 * storing sums costs little beside them. */
enum { PIECE_BYTES = 256 * 1024, PIECE_PLACES = 256 };

typedef struct direct {
    fl_tensor_shape in, out;
    size_t stride, pad;
    bool bias;
    size_t inner, inner_end;      /* places of a row whose windows lie inside the row */
    size_t in_blocks, out_blocks; /* of 16 channels */
    size_t images;                /* of a piece */
    unsigned threads;
} direct;

typedef struct job {
    const direct *p;
    const float *in, *d;
    float *weights, *bias; /* bias: NULL */
} job;

/* A few images: where they begin, and whether they are the first. */
typedef struct piece {
    const float *in, *d;
    size_t images;
    bool first;
} piece;

/* Numbers of a block's image. */
static size_t plane(fl_tensor_shape shape)
{
    return shape.h * shape.w * LANES;
}

AVX512_INLINE void add_tap(const float *in, __m512 d, __m512 *sum)
{
#pragma GCC unroll 8
    for (size_t c = 0; c < HALF; c++) sum[c] = _mm512_fmadd_ps(_mm512_set1_ps(in[c]), d, sum[c]);
}

/* A place of d whose window may lie in part outside the row. */
AVX512_INLINE void add_edge(const direct *p, const float *in, const float *d, size_t x, __m512 *sum)
{
    __m512 gradient = _mm512_loadu_ps(d + x * LANES);
#pragma GCC unroll 3
    for (size_t tap = 0; tap < TAPS; tap++) {
        size_t column = x * p->stride + tap - p->pad; /* before the first it wraps round */
        if (column < p->in.w) add_tap(in + column * LANES, gradient, sum + tap * HALF);
    }
}

AVX512_INLINE void add_row(const direct *p, const float *in, const float *d, __m512 *sum)
{
    for (size_t x = 0; x < p->inner; x++) add_edge(p, in, d, x, sum);
    for (size_t x = p->inner; x < p->inner_end; x++) {
        const float *window = in + (x * p->stride - p->pad) * LANES;
        __m512 gradient = _mm512_loadu_ps(d + x * LANES);
#pragma GCC unroll 3
        for (size_t tap = 0; tap < TAPS; tap++) add_tap(window + tap * LANES, gradient, sum + tap * HALF);
    }
    for (size_t x = p->inner_end; x < p->out.w; x++) add_edge(p, in, d, x, sum);
}

/* All products of a window's row j: half a block of `in` by a block of d; to[tap][i][o]. */
AVX512 static void add_stretch(const direct *p, const piece *of, const float *in, const float *d, size_t j, float *to)
{
    __m512 sum[SUMS];
#pragma GCC unroll 24
    for (size_t k = 0; k < SUMS; k++) sum[k] = _mm512_setzero_ps();
    for (size_t image = 0; image < of->images; image++) {
        for (size_t y = 0; y < p->out.h; y++) {
            size_t row = y * p->stride + j - p->pad; /* above the first it wraps round */
            if (row < p->in.h) add_row(p, in + row * p->in.w * LANES, d + y * p->out.w * LANES, sum);
        }
        in += p->in_blocks * plane(p->in);
        d += p->out_blocks * plane(p->out);
    }
#pragma GCC unroll 24
    for (size_t k = 0; k < SUMS; k++) {
        float *at = to + k / HALF * BLOCK + k % HALF * LANES;
        _mm512_storeu_ps(at, of->first ? sum[k] : _mm512_add_ps(_mm512_loadu_ps(at), sum[k]));
    }
}

AVX512 static void add_bias(const direct *p, const piece *of, const float *d, float *bias)
{
    __m512 sum = of->first ? _mm512_setzero_ps() : _mm512_loadu_ps(bias);
    for (size_t image = 0; image < of->images; image++, d += p->out_blocks * plane(p->out))
        for (size_t at = 0; at < plane(p->out); at += LANES) sum = _mm512_add_ps(sum, _mm512_loadu_ps(d + at));
    _mm512_storeu_ps(bias, sum);
}

/* The stretches from `first` on, over all blocks of d. */
static void add_piece(const job *of, const piece *at, size_t first, size_t end)
{
    const direct *p = of->p;
    for (size_t i = 0; i < p->in_blocks; i++)
        for (size_t s = first; s < end; s++) {
            size_t o = s / STRETCHES, j = s % STRETCHES / 2, half = s % 2;
            float *to = of->weights + ((o * p->in_blocks + i) * TAPS + j) * TAPS * BLOCK + half * HALF * LANES;
            add_stretch(p, at, at->in + i * plane(p->in) + half * HALF, at->d + o * plane(p->out), j, to);
        }
    for (size_t o = (first + STRETCHES - 1) / STRETCHES; of->bias && o * STRETCHES < end; o++)
        add_bias(p, at, at->d + o * plane(p->out), of->bias + o * LANES);
}

static void run_part(const void *data, unsigned number, unsigned parts)
{
    const job *of = data;
    const direct *p = of->p;
    size_t stretches = p->out_blocks * STRETCHES;
    for (size_t first = 0; first < p->in.n; first += p->images) {
        piece at = { .in = of->in + first * p->in_blocks * plane(p->in),
                     .d = of->d + first * p->out_blocks * plane(p->out),
                     .images = p->in.n - first < p->images ? p->in.n - first : p->images,
                     .first = first == 0 };
        add_piece(of, &at, stretches * number / parts, stretches * (number + 1) / parts);
    }
}

/* Memories: in, d_out, the gradients of weights and, where there is one, bias. */
static void run(const void *what, void *const memories[])
{
    const direct *p = what;
    const job of = { p, memories[0], memories[1], memories[2], p->bias ? memories[3] : NULL };
    fl_backend_threads_each(p->threads, run_part, &of);
}

/* --- planning --- */

/* The first place whose window has its tap l at `edge` of the row or behind it. */
static size_t first_from(const direct *p, size_t edge, size_t l)
{
    size_t place = edge + p->pad < l ? 0 : (edge + p->pad - l + p->stride - 1) / p->stride;
    return place < p->out.w ? place : p->out.w;
}

static direct *plan(const fl_backend_request *request)
{
    const fl_layer *layer = request->layer;
    fl_tensor_shape in = request->in[0].shape, out = fl_layer_out(layer, in);
    direct *p = fl_memory_new(1, sizeof *p);
    *p = (direct){ .in = in, .out = out, .stride = layer->stride, .pad = layer->pad, .bias = !layer->no_bias };
    size_t inner_end = first_from(p, in.w, TAPS - 1);
    p->inner = first_from(p, 0, 0);
    p->inner_end = inner_end > p->inner ? inner_end : p->inner;
    p->in_blocks = in.c / LANES;
    p->out_blocks = out.c / LANES;
    size_t image = (p->in_blocks * plane(in) + p->out_blocks * plane(out)) * sizeof(float);
    size_t fitting = PIECE_BYTES / image, fewest = (PIECE_PLACES - 1) / (out.h * out.w) + 1;
    p->images = fitting > fewest ? fitting : fewest;
    size_t threads = fl_backend_threads(), stretches = p->out_blocks * STRETCHES;
    p->threads = (unsigned)(threads < stretches ? threads : stretches);
    return p;
}

bool fl_onednn_direct_weights_fit(const fl_backend_request *request)
{
    const fl_layer *layer = request->layer;
    return fl_onednn_pairs_usable() && layer->kind == FL_LAYER_CONVOLUTION && request->precision == FL_BACKEND_F32 &&
           layer->groups == 1 && layer->kernel == TAPS && request->in[0].shape.c % LANES == 0 &&
           layer->n_out % LANES == 0;
}

bool fl_onednn_direct_weights_serve(const fl_backend_request *request, const dnnl_memory_desc_t *weights)
{
    if (!request->training || !fl_onednn_direct_weights_fit(request)) return false;
    dnnl_memory_desc_t blocked = fl_onednn_desc(4, weights->dims, dnnl_f32, dnnl_OIhw16i16o);
    return dnnl_memory_desc_equal(weights, &blocked);
}

void fl_onednn_add_direct_weights(fl_onednn_op *op, const fl_backend_request *request, fl_onednn_memory *in,
                                  fl_onednn_memory *d_out, const fl_onednn_memory *weights,
                                  const fl_onednn_memory *bias)
{
    dnnl_memory_desc_t in_desc = fl_onednn_desc(4, in->desc.dims, dnnl_f32, dnnl_nChw16c);
    dnnl_memory_desc_t d_desc = fl_onednn_desc(4, d_out->desc.dims, dnnl_f32, dnnl_nChw16c);
    const fl_onednn_memory *memories[] = { fl_onednn_bring(op, &op->backward, in, &in_desc),
                                           fl_onednn_bring(op, &op->backward, d_out, &d_desc), weights, bias };
    fl_onednn_note_name(op, "own:avx512_core_bf16");
    fl_onednn_add_loop(op, &op->backward, run, plan(request), bias ? 4 : 3, memories);
}
