/* A bf16 convolution of images with one channel, by the vector instruction for products of pairs (AVX512_BF16) on
 * processors without tiles, where the library's kernels reach half of the peak.
 *
 *   out[o,y,x] = b[o] + sum over j, l of W[o,j,l] in[y+j-pad,x+l-pad]
 *   dW[o,j,l] = sum over images, y, x of d[o,y,x] in[y+j-pad,x+l-pad]
 *
 * 16 channels o are a vector, a pair of pixels is broadcast. Forward pairs the taps of a window, each of a row with
 * that below it, and those of the last row with their neighbours: only one of an odd number stays alone. Several x at a
 * time hide how long a product takes. The weight gradient pairs the places x, x+1, as they lie in d, and keeps the sums
 * of all taps in registers, so d is read once. An image lies in a frame of zeros, so no window needs to know of the
 * edge. All of it depends on shapes alone, so the order of sums does too.
 */
#include "backend/onednn/onednn.h"
#include "backend/onednn/onednn_pairs.h"
#include "base/memory.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define PAIRS FL_ONEDNN_PAIRS
#define PAIRS_INLINE FL_ONEDNN_PAIRS_INLINE

enum { LANES = FL_ONEDNN_LANES, MOST_TAPS = 25 };

/* Places of a row that are summed up together: as many as registers hold, and fewer for what is left of a row. */
enum { LONG = 14, MIDDLE = 8, SHORT = 4 };

/* Numbers of d that are fetched beforehand: about as long as memory takes. */
enum { AHEAD = 2048 };

typedef struct single {
    fl_tensor_shape in, out;
    size_t kernel, taps, pad;
    bool bias, relu;
    size_t blocks;        /* of 16 channels of the output */
    size_t row, rows;     /* of the frame, in numbers; what lies behind a row only meets zeros */
    size_t weights_bytes; /* in the parameter buffer, */
    size_t *of_out;       /* where the weights of a channel begin there, */
    size_t of_tap[];      /* and where its taps lie from there */
} single;

/* The loop's memory. */
typedef struct scratch {
    uint16_t *frame;
    uint32_t *stacked; /* pairs of a frame's number and that below it */
    uint32_t *weights; /* pairs of taps: [block][pair][16] */
    float *sums;       /* [block][tap, the bias last][16] */
} scratch;

static size_t pairs_of_taps(size_t taps)
{
    return (taps + 1) / 2;
}

static void *take(char *base, size_t *used, size_t bytes)
{
    void *at = base + *used;
    *used += (bytes + 63) / 64 * 64;
    return at;
}

/* Lay the loop's memory out from `base`, aligned; returns its size. Frames are stacked by whole vectors. */
static size_t lay_out(const single *p, char *base, scratch *r)
{
    size_t used = 0, frame = p->row * p->rows + LANES;
    r->frame = take(base, &used, frame * sizeof *r->frame);
    r->stacked = take(base, &used, frame * sizeof *r->stacked);
    r->weights = take(base, &used, p->blocks * pairs_of_taps(p->taps) * LANES * sizeof *r->weights);
    r->sums = take(base, &used, p->blocks * (p->taps + 1) * LANES * sizeof *r->sums);
    return used;
}

static void clear_frame(const single *p, const scratch *r)
{
    memset(r->frame, 0, (p->row * p->rows + LANES) * sizeof *r->frame);
}

static void copy_image(const single *p, const uint16_t *image, const scratch *r)
{
    uint16_t *to = r->frame + p->pad * (p->row + 1);
    for (size_t y = 0; y < p->in.h; y++) memcpy(to + y * p->row, image + y * p->in.w, p->in.w * sizeof *to);
}

PAIRS_INLINE __m512bh broadcast(const void *pair)
{
    int bits;
    memcpy(&bits, pair, sizeof bits);
    return (__m512bh)_mm512_set1_epi32(bits);
}

/* --- forward --- */

/* A tap of 16 channels, in bf16; one beyond the last is zero. */
static void gather_tap(const single *p, const float *weights, size_t first, size_t tap, uint16_t *to)
{
    float row[LANES] = { 0 };
    for (size_t o = 0; o < LANES && tap < p->taps; o++) row[o] = weights[p->of_out[first + o] + p->of_tap[tap]];
    fl_onednn_narrow(row, LANES, to);
}

PAIRS static void pack_weights(const single *p, const float *weights, uint32_t *to)
{
    size_t pairs = pairs_of_taps(p->taps), stacked = p->kernel / 2 * p->kernel, last = p->taps - p->kernel;
    for (size_t k = 0; k < p->blocks * pairs; k++, to += LANES) {
        uint16_t first[LANES], second[LANES];
        size_t block = k / pairs, pair = k % pairs;
        bool below = pair < stacked;
        size_t tap = below ? pair / p->kernel * 2 * p->kernel + pair % p->kernel : last + 2 * (pair - stacked);
        gather_tap(p, weights, block * LANES, tap, first);
        gather_tap(p, weights, block * LANES, tap + (below ? p->kernel : 1), second);
        _mm512_store_si512(to, fl_onednn_pairs_in_turn(first, second));
    }
}

PAIRS static void stack(const single *p, const scratch *r)
{
    for (size_t i = 0; i < p->row * (p->rows - 1); i += LANES)
        _mm512_store_si512(r->stacked + i, fl_onednn_pairs_in_turn(r->frame + i, r->frame + i + p->row));
}

/* What the sums of a block of channels begin with and are not to be less than, and its weights. */
typedef struct block {
    __m512 bias, least;
    const uint32_t *weights;
} block;

/* `n` places of a row, whose windows begin at number `at` of the frame. */
PAIRS_INLINE void sum_places(const single *p, const scratch *r, const block *b, size_t at, uint16_t *out, size_t kernel,
                             size_t n)
{
    const uint32_t *weights = b->weights;
    const uint16_t *last = r->frame + at + (kernel - 1) * p->row;
    __m512 sum[LONG];
#pragma GCC unroll 14
    for (size_t x = 0; x < n; x++) sum[x] = b->bias;
#pragma GCC unroll 2
    for (size_t j = 0; j + 1 < kernel; j += 2) {
        const uint32_t *pairs = r->stacked + at + j * p->row;
#pragma GCC unroll 5
        for (size_t l = 0; l < kernel; l++, weights += LANES) {
            __m512bh tap = (__m512bh)_mm512_load_si512(weights);
#pragma GCC unroll 14
            for (size_t x = 0; x < n; x++) sum[x] = _mm512_dpbf16_ps(sum[x], tap, broadcast(pairs + l + x));
        }
    }
#pragma GCC unroll 3
    for (size_t l = 0; l < kernel; l += 2, weights += LANES) {
        __m512bh tap = (__m512bh)_mm512_load_si512(weights);
#pragma GCC unroll 14
        for (size_t x = 0; x < n; x++) sum[x] = _mm512_dpbf16_ps(sum[x], tap, broadcast(last + l + x));
    }
#pragma GCC unroll 14
    for (size_t x = 0; x < n; x++) /* with a NaN second, which passes */
        _mm256_storeu_si256((void *)(out + x * LANES), (__m256i)_mm512_cvtneps_pbh(_mm512_max_ps(b->least, sum[x])));
}

/* How many places to sum up next. Where they are more than are left, some are computed again. */
static size_t next_places(size_t left, size_t width)
{
    size_t n = left > MIDDLE ? LONG : left > SHORT ? MIDDLE : SHORT;
    if (n > width) n = width >= MIDDLE ? MIDDLE : width >= SHORT ? SHORT : 1;
    return n;
}

PAIRS_INLINE void sum_plane(const single *p, const scratch *r, const block *b, uint16_t *out, size_t kernel)
{
    size_t w = p->out.w;
    for (size_t y = 0; y < p->out.h; y++, out += w * LANES)
        for (size_t x = 0, n; x < w; x += n) {
            n = next_places(w - x, w);
            size_t first = x + n > w ? w - n : x, at = y * p->row + first;
            if (n == LONG)
                sum_places(p, r, b, at, out + first * LANES, kernel, LONG);
            else if (n == MIDDLE)
                sum_places(p, r, b, at, out + first * LANES, kernel, MIDDLE);
            else if (n == SHORT)
                sum_places(p, r, b, at, out + first * LANES, kernel, SHORT);
            else
                sum_places(p, r, b, at, out + first * LANES, kernel, 1);
        }
}

PAIRS static void sum_image(const single *p, const scratch *r, const float *bias, uint16_t *out)
{
    for (size_t o = 0; o < p->blocks; o++, out += p->out.h * p->out.w * LANES) {
        block b = { .bias = bias ? _mm512_loadu_ps(bias + o * LANES) : _mm512_setzero_ps(),
                    .least = _mm512_set1_ps(p->relu ? 0 : -INFINITY),
                    .weights = r->weights + o * pairs_of_taps(p->taps) * LANES };
        if (p->kernel == 3)
            sum_plane(p, r, &b, out, 3);
        else
            sum_plane(p, r, &b, out, 5);
    }
}

/* Memories: in, the workspace, the weights, out and, where there is one, the bias. */
static void forward(const void *what, void *const memories[])
{
    const single *p = what;
    scratch r;
    lay_out(p, memories[1], &r);
    clear_frame(p, &r);
    pack_weights(p, memories[2], r.weights);
    for (size_t image = 0; image < p->in.n; image++) {
        copy_image(p, (const uint16_t *)memories[0] + image * p->in.h * p->in.w, &r);
        stack(p, &r);
        sum_image(p, &r, p->bias ? memories[4] : NULL,
                  (uint16_t *)memories[3] + image * p->out.c * p->out.h * p->out.w);
    }
}

/* --- the weight gradient --- */

/* A pair of places of d, 16 channels, times what each tap sees there; last the bias, that sees ones. */
PAIRS_INLINE void add_pair(const single *p, const uint16_t *frame, __m512i d, __m512 *sum, size_t kernel)
{
    __m512bh pair = (__m512bh)d;
#pragma GCC unroll 25
    for (size_t tap = 0; tap < kernel * kernel; tap++)
        sum[tap] = _mm512_dpbf16_ps(sum[tap], pair, broadcast(frame + tap / kernel * p->row + tap % kernel));
    sum[kernel * kernel] = _mm512_dpbf16_ps(sum[kernel * kernel], pair, (__m512bh)_mm512_set1_epi16(0x3f80));
}

PAIRS_INLINE void add_plane(const single *p, const uint16_t *frame, const uint16_t *d, float *sums, size_t kernel)
{
    __m512 sum[MOST_TAPS + 1];
#pragma GCC unroll 26
    for (size_t k = 0; k <= kernel * kernel; k++) sum[k] = _mm512_setzero_ps();
    for (size_t y = 0; y < p->out.h; y++, frame += p->row) {
        for (size_t x = 0; x + 1 < p->out.w; x += 2, d += 2 * LANES) {
            __builtin_prefetch(d + AHEAD);
            add_pair(p, frame + x, fl_onednn_pairs_neighbours(d), sum, kernel);
        }
        if (p->out.w % 2 == 0) continue;
        add_pair(p, frame + p->out.w - 1, fl_onednn_pairs_in_turn(d, NULL), sum, kernel);
        d += LANES;
    }
#pragma GCC unroll 26
    for (size_t k = 0; k <= kernel * kernel; k++)
        _mm512_store_ps(sums + k * LANES, _mm512_add_ps(_mm512_load_ps(sums + k * LANES), sum[k]));
}

PAIRS static void add_image(const single *p, const scratch *r, const uint16_t *d)
{
    for (size_t o = 0; o < p->blocks; o++, d += p->out.h * p->out.w * LANES) {
        float *sums = r->sums + o * (p->taps + 1) * LANES;
        if (p->kernel == 3)
            add_plane(p, r->frame, d, sums, 3);
        else
            add_plane(p, r->frame, d, sums, 5);
    }
}

static void hand_over(const single *p, const float *sums, float *weights, float *bias)
{
    memset(weights, 0, p->weights_bytes); /* padding too */
    for (size_t o = 0; o < p->out.c; o++) {
        const float *sum = sums + o / LANES * (p->taps + 1) * LANES + o % LANES;
        for (size_t tap = 0; tap < p->taps; tap++) weights[p->of_out[o] + p->of_tap[tap]] = sum[tap * LANES];
        if (bias) bias[o] = sum[p->taps * LANES];
    }
}

/* Memories: in, d_out, the workspace, the gradients of weights and, where there is one, bias. */
static void backward(const void *what, void *const memories[])
{
    const single *p = what;
    scratch r;
    lay_out(p, memories[2], &r);
    clear_frame(p, &r);
    memset(r.sums, 0, p->blocks * (p->taps + 1) * LANES * sizeof *r.sums);
    for (size_t image = 0; image < p->in.n; image++) {
        copy_image(p, (const uint16_t *)memories[0] + image * p->in.h * p->in.w, &r);
        add_image(p, &r, (const uint16_t *)memories[1] + image * p->out.c * p->out.h * p->out.w);
    }
    hand_over(p, r.sums, memories[3], p->bias ? memories[4] : NULL);
}

/* --- planning --- */

static single *plan(const fl_backend_request *request, const dnnl_memory_desc_t *weights)
{
    const fl_layer *layer = request->layer;
    fl_tensor_shape in = request->in[0].shape, out = fl_layer_out(layer, in);
    size_t k = layer->kernel;
    single *p = fl_memory_new(1, sizeof *p + (k * k + out.c) * sizeof *p->of_tap);
    *p = (single){ .in = in, .out = out, .kernel = k, .taps = k * k, .pad = layer->pad };
    p->bias = !layer->no_bias;
    p->relu = request->relu_next;
    p->blocks = out.c / LANES;
    p->row = in.w + 2 * p->pad;
    p->rows = in.h + 2 * p->pad;
    p->weights_bytes = dnnl_memory_desc_get_size(weights);
    p->of_out = p->of_tap + p->taps;
    for (size_t o = 0; o < out.c; o++) p->of_out[o] = fl_onednn_place(weights, 0, o);
    for (size_t t = 0; t < p->taps; t++)
        p->of_tap[t] = fl_onednn_place(weights, 2, t / k) + fl_onednn_place(weights, 3, t % k);
    return p;
}

bool fl_onednn_single_serve(const fl_backend_request *request, const dnnl_memory_desc_t *out)
{
    const fl_layer *layer = request->layer;
    bool fits = layer->kind == FL_LAYER_CONVOLUTION && request->precision == FL_BACKEND_BF16 && layer->groups == 1 &&
                (layer->kernel == 3 || layer->kernel == 5) && layer->stride == 1 && request->in[0].shape.c == 1 &&
                layer->n_out % LANES == 0;
    if (!fits || request->n_in > 1 || request->adds || !fl_onednn_pairs_usable()) return false;
    dnnl_memory_desc_t blocked = fl_onednn_desc(4, out->dims, dnnl_bf16, dnnl_nChw16c);
    return dnnl_memory_desc_equal(out, &blocked);
}

static const fl_onednn_memory *workspace(fl_onednn_op *op, single *p)
{
    scratch unused;
    dnnl_dim_t bytes = (dnnl_dim_t)lay_out(p, (char *)p, &unused);
    dnnl_memory_desc_t desc = fl_onednn_desc(1, &bytes, dnnl_u8, dnnl_a);
    return fl_onednn_scratch(op, &desc);
}

static const fl_onednn_memory *plain_in(fl_onednn_op *op, fl_onednn_pass *pass, fl_onednn_memory *in)
{
    dnnl_memory_desc_t desc = fl_onednn_desc(4, in->desc.dims, dnnl_bf16, dnnl_nchw);
    return fl_onednn_bring(op, pass, in, &desc);
}

void fl_onednn_add_single_forward(fl_onednn_op *op, const fl_backend_request *request, fl_onednn_memory *in,
                                  const fl_onednn_memory *weights, const fl_onednn_memory *bias,
                                  const fl_onednn_memory *out)
{
    single *p = plan(request, &op->weights);
    const fl_onednn_memory *plain = plain_in(op, &op->forward, in);
    fl_onednn_add_loop(op, &op->forward, forward, p, bias ? 5 : 4,
                       (const fl_onednn_memory *[]){ plain, workspace(op, p), weights, out, bias });
}

void fl_onednn_add_single_backward(fl_onednn_op *op, const fl_backend_request *request, fl_onednn_memory *in,
                                   const fl_onednn_memory *d_out, const fl_onednn_memory *weights,
                                   const fl_onednn_memory *bias)
{
    single *p = plan(request, &op->weights);
    const fl_onednn_memory *plain = plain_in(op, &op->backward, in);
    fl_onednn_add_loop(op, &op->backward, backward, p, bias ? 5 : 4,
                       (const fl_onednn_memory *[]){ plain, d_out, workspace(op, p), weights, bias });
}
