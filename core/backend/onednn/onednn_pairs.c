/* The bf16 weight gradient of a convolution by the vector instruction for products of pairs (AVX512_BF16), on
 * processors without tiles: the library's kernel reaches two thirds of the peak there on few channels or few pixels.
 *
 *   dW[o,i,j,l] = sum over images, y, x of d[y,x,o] in[sy+j-pad,sx+l-pad,i]
 *
 * Places x, x+1 of a row are a pair: the instruction adds both products at once. A pair of 16 channels of `in` is a
 * vector, one for each tap l of a window's row; a pair of one channel of d is broadcast. So a step loads a few vectors
 * and a few pairs and adds all their products to sums in registers. The taps are packed apart, behind each other, and
 * rows of `in` a stride apart next to each other: the pairs of successive rows y then follow each other for every j and
 * every stride. Rows that lie outside the image are no part of the sums. Work goes by pieces of a few images that the
 * second cache holds, in them by blocks of 16 channels of `in`; what is packed next is fetched while sums are made. All
 * of it depends on shapes alone, so the order of sums does too. Threads divide the channels of d: each packs all of
 * `in` for itself, which costs little beside the products, and waits for nobody.
 */
#include "backend/onednn/onednn_pairs.h"
#include "backend/onednn/onednn.h"
#include "backend/onednn/onednn_tiles.h"
#include "backend/threads.h"
#include "backend/transpose.h"
#include "base/memory.h"

#include <stddef.h>
#include <string.h>

#define PAIRS FL_ONEDNN_PAIRS
#define PAIRS_INLINE FL_ONEDNN_PAIRS_INLINE

enum { LANES = FL_ONEDNN_LANES, BLOCK = LANES * LANES, MOST_TAPS = 5, MOST_SUMS = 24 };

/* What a piece should not exceed, a quarter of the second cache; but it should have so many pairs that loading and
 * storing sums costs little beside them. */
enum { PIECE_BYTES = 256 * 1024, PIECE_PAIRS = 256 };

/* Of a batch; with fewer, passes over the weights cost more than the products (bench/NOTES.md). */
enum { FEWEST_PAIRS = 64 };

typedef struct pairs {
    fl_tensor_shape in, out;
    size_t kernel, stride, pad;
    bool bias;
    size_t in_blocks, out_blocks; /* of 16 channels */
    size_t row;                   /* pairs of a row of d */
    size_t group;                 /* rows of `in` that are packed next to each other */
    size_t images;                /* of a piece */
    unsigned threads;
} pairs;

/* A thread's channels of d, by the groups of channels that are summed at a time, and its memory; two numbers are a
 * pair. */
typedef struct part {
    size_t first, end;             /* groups */
    size_t first_block, end_block; /* that hold them */
    uint32_t *in;                  /* of one block: [image][row][pair][tap][16] */
    uint32_t *d;                   /* [block][image][row][pair][16] */
} part;

/* How many channels of d at a time: 24 or 20 sums, of 32 registers. */
static size_t outs_of(size_t kernel)
{
    return kernel == 3 ? 8 : 4;
}

/* How many such groups a block has. */
static size_t groups_of(const pairs *p)
{
    return LANES / outs_of(p->kernel);
}

/* Numbers of a block's image as it lies. */
static size_t plane(fl_tensor_shape shape)
{
    return shape.h * shape.w * LANES;
}

static size_t packed_in(const pairs *p)
{
    return p->stride * p->group * p->row * p->kernel * LANES;
}

static size_t packed_d(const pairs *p)
{
    return p->out.h * p->row * LANES;
}

/* Of an image with so many blocks of d. */
static size_t packed_bytes(const pairs *p, size_t out_blocks)
{
    return (packed_in(p) + out_blocks * packed_d(p)) * sizeof(uint32_t);
}

/* --- packing --- */

/* 16 numbers of two places `stride` apart in turn. */
PAIRS_INLINE __m512i pair_at(const uint16_t *first, size_t stride)
{
    if (stride > 1) return fl_onednn_pairs_in_turn(first, first + stride * LANES);
    return fl_onednn_pairs_neighbours(first);
}

/* The taps of a pair of windows of which a part lies outside the row. */
PAIRS_INLINE void pack_edge(const pairs *p, const uint16_t *row, size_t pair, uint32_t *to)
{
    for (size_t tap = 0; tap < p->kernel; tap++) {
        size_t a = 2 * pair * p->stride + tap - p->pad, b = a + p->stride; /* before the first they wrap round */
        const uint16_t *first = a < p->in.w ? row + a * LANES : NULL;
        const uint16_t *second = b < p->in.w && 2 * pair + 1 < p->out.w ? row + b * LANES : NULL;
        _mm512_store_si512(to + tap * LANES, fl_onednn_pairs_in_turn(first, second));
    }
}

PAIRS_INLINE void pack_row(const pairs *p, const uint16_t *row, uint32_t *to, size_t kernel, size_t stride)
{
    for (size_t pair = 0; pair < p->row; pair++, to += kernel * LANES) {
        size_t first = 2 * pair * stride - p->pad; /* may wrap round */
        if (first >= p->in.w || first + stride + kernel > p->in.w || 2 * pair + 1 >= p->out.w)
            pack_edge(p, row, pair, to);
        else
#pragma GCC unroll 5
            for (size_t tap = 0; tap < kernel; tap++)
                _mm512_store_si512(to + tap * LANES, pair_at(row + (first + tap) * LANES, stride));
    }
}

/* The usual windows are known when compiling. */
PAIRS static void pack_in(const pairs *p, const uint16_t *from, uint32_t *to)
{
    for (size_t y = 0; y < p->in.h; y++, from += p->in.w * LANES) {
        uint32_t *row = to + (y % p->stride * p->group + y / p->stride) * p->row * p->kernel * LANES;
        if (p->kernel == 3 && p->stride == 1)
            pack_row(p, from, row, 3, 1);
        else if (p->kernel == 5 && p->stride == 1)
            pack_row(p, from, row, 5, 1);
        else
            pack_row(p, from, row, p->kernel, p->stride);
    }
}

PAIRS static void pack_d(const pairs *p, const uint16_t *from, uint32_t *to, float *bias)
{
    __m512bh ones = (__m512bh)_mm512_set1_epi16(0x3f80); /* 1 in bf16 */
    __m512 total = _mm512_setzero_ps();
    for (size_t y = 0; y < p->out.h; y++, from += p->out.w * LANES)
        for (size_t x = 0; x < p->out.w; x += 2, to += LANES) {
            const uint16_t *first = from + x * LANES;
            __m512i pair = x + 1 < p->out.w ? pair_at(first, 1) : fl_onednn_pairs_in_turn(first, NULL);
            total = _mm512_dpbf16_ps(total, (__m512bh)pair, ones);
            _mm512_store_si512(to, pair);
        }
    if (bias) _mm512_storeu_ps(bias, _mm512_add_ps(_mm512_loadu_ps(bias), total));
}

/* Of a block that two threads share, the one with its first group sums up the bias. */
static void pack_gradient(const pairs *p, const part *r, size_t images, const uint16_t *d, float *bias)
{
    for (size_t image = 0; image < images; image++, d += p->out_blocks * plane(p->out))
        for (size_t o = r->first_block; o < r->end_block; o++) {
            bool sums = bias && r->first * outs_of(p->kernel) <= o * LANES;
            pack_d(p, d + o * plane(p->out), r->d + ((o - r->first_block) * p->images + image) * packed_d(p),
                   sums ? bias + o * LANES : NULL);
        }
}

static void pack_block(const pairs *p, const part *r, size_t images, const uint16_t *in)
{
    for (size_t image = 0; image < images; image++)
        pack_in(p, in + image * p->in_blocks * plane(p->in), r->in + image * packed_in(p));
}

/* --- sums --- */

/* Memory that is packed next: packing would wait for each of its lines. */
typedef struct ahead {
    const char *from;
    size_t image, step; /* bytes from an image to the next, and from a step to the next */
} ahead;

/* What a stretch of sums reads: in each of `images`, the pairs of `n` steps. */
typedef struct streams {
    const uint32_t *in, *d;
    size_t images, in_image, d_image, n;
    ahead in_next, d_next;
} streams;

PAIRS_INLINE void add_step(const uint32_t *in, const uint32_t *d, __m512 *sum, size_t taps, size_t outs)
{
    __m512bh column[MOST_TAPS];
#pragma GCC unroll 5
    for (size_t tap = 0; tap < taps; tap++) column[tap] = (__m512bh)_mm512_load_si512(in + tap * LANES);
#pragma GCC unroll 24
    for (size_t k = 0; k < taps * outs; k++)
        sum[k] = _mm512_dpbf16_ps(sum[k], column[k % taps], (__m512bh)_mm512_set1_epi32((int)d[k / taps]));
}

PAIRS_INLINE void add_image(const streams *s, size_t image, __m512 *sum, size_t taps, size_t outs)
{
    const uint32_t *in = s->in + image * s->in_image, *d = s->d + image * s->d_image, *end = d + s->n * LANES;
    const char *in_next = s->in_next.from + image * s->in_next.image;
    const char *d_next = s->d_next.from + image * s->d_next.image;
    for (; d < end; in += taps * LANES, d += LANES) {
        __builtin_prefetch(in_next);
        __builtin_prefetch(d_next);
        in_next += s->in_next.step;
        d_next += s->d_next.step;
        add_step(in, d, sum, taps, outs);
    }
}

/* Products of `outs` channels of d with 16 of `in`, added to sums[tap][o][i]. They are added at the end: who begins
 * with what the sums are waits for memory, and here products are still under way. */
PAIRS_INLINE void add_products(const streams *s, float *sums, size_t taps, size_t outs)
{
    __m512 sum[MOST_SUMS];
#pragma GCC unroll 24
    for (size_t k = 0; k < taps * outs; k++) sum[k] = _mm512_setzero_ps();
    for (size_t image = 0; image < s->images; image++) add_image(s, image, sum, taps, outs);
#pragma GCC unroll 24
    for (size_t k = 0; k < taps * outs; k++) {
        float *at = sums + k % taps * BLOCK + k / taps * LANES;
        _mm512_storeu_ps(at, _mm512_add_ps(_mm512_loadu_ps(at), sum[k]));
    }
}

/* A group of channels of d by 16 of `in`, a row of a window's taps. */
PAIRS static void add_group(size_t kernel, streams *s, float *sums)
{
    if (kernel == 3)
        add_products(s, sums, 3, 8);
    else
        add_products(s, sums, 5, 4);
    s->in_next.from += s->n * s->in_next.step;
    s->d_next.from += s->n * s->d_next.step;
}

/* The first row y whose windows have their row j at `edge` of the image or below it. */
static size_t first_from(const pairs *p, size_t edge, size_t j)
{
    size_t row = edge + p->pad < j ? 0 : (edge + p->pad - j + p->stride - 1) / p->stride;
    return row < p->out.h ? row : p->out.h;
}

/* Go to the rows y whose windows have their row j inside the image; returns where the first block of d has them. */
static const uint32_t *find_rows(const pairs *p, const part *r, size_t j, streams *s)
{
    size_t first = first_from(p, 0, j), end = first_from(p, p->in.h, j);
    s->n = (end - first) * p->row;
    if (s->n == 0) return NULL;
    size_t y = first * p->stride + j - p->pad;
    s->in = r->in + (y % p->stride * p->group + y / p->stride) * p->row * p->kernel * LANES;
    return r->d + first * p->row * LANES;
}

/* All products of the part with block i of the input's channels, packed. */
static void add_in(const pairs *p, const part *r, streams *s, size_t i, float *weights)
{
    size_t outs = outs_of(p->kernel);
    for (size_t j = 0; j < p->kernel; j++) {
        const uint32_t *d = find_rows(p, r, j, s);
        for (size_t g = r->first; s->n && g < r->end; g++) {
            size_t o = g * outs / LANES, within = g * outs % LANES;
            float *sums = weights + ((o * p->in_blocks + i) * p->kernel + j) * p->kernel * BLOCK;
            s->d = d + (o - r->first_block) * p->images * packed_d(p) + within;
            add_group(p->kernel, s, sums + within * LANES);
        }
    }
}

/* Fetch `bytes` of each image in the steps that a block of `in` takes; past the last of all nothing is read. */
static ahead fetch(const pairs *p, const part *r, const uint16_t *from, size_t image_numbers, size_t bytes)
{
    size_t steps = p->kernel * (r->end - r->first) * p->out.h * p->row;
    return (ahead){ (const char *)from, image_numbers * sizeof *from, (bytes + steps - 1) / steps };
}

/* While a block is summed up, the next is fetched, and its fraction of d's next piece. */
static void add_piece(const pairs *p, const part *r, size_t images, const uint16_t *in, const uint16_t *d,
                      float *weights)
{
    size_t in_image = p->in_blocks * plane(p->in), d_image = p->out_blocks * plane(p->out);
    size_t d_fraction = (r->end_block - r->first_block) * plane(p->out) / p->in_blocks;
    const uint16_t *d_next = d + images * d_image + r->first_block * plane(p->out);
    for (size_t i = 0; i < p->in_blocks; i++) {
        bool last = i + 1 == p->in_blocks;
        streams s = { .images = images, .in_image = packed_in(p), .d_image = packed_d(p) };
        s.in_next =
            fetch(p, r, in + (last ? images * in_image : (i + 1) * plane(p->in)), in_image, plane(p->in) * sizeof *in);
        s.d_next = fetch(p, r, d_next + i * d_fraction, d_image, d_fraction * sizeof *d);
        pack_block(p, r, images, in + i * plane(p->in));
        add_in(p, r, &s, i, weights);
    }
}

/* Each block from [o][i], as it is summed up, to [i][o]. */
PAIRS static void turn_blocks(float *weights, size_t n)
{
    for (; n; n--, weights += BLOCK) {
        __m512i rows[LANES];
#pragma GCC unroll 16
        for (size_t k = 0; k < LANES; k++) rows[k] = _mm512_loadu_si512(weights + k * LANES);
        fl_backend_transpose(rows);
#pragma GCC unroll 16
        for (size_t k = 0; k < LANES; k++) _mm512_storeu_si512(weights + k * LANES, rows[k]);
    }
}

/* Most blocks of d that groups of one thread lie in. */
static size_t most_blocks(const pairs *p)
{
    size_t groups = (p->out_blocks * groups_of(p) + p->threads - 1) / p->threads;
    size_t blocks = (groups + 2 * groups_of(p) - 2) / groups_of(p);
    return blocks < p->out_blocks ? blocks : p->out_blocks;
}

static size_t part_bytes(const pairs *p)
{
    return p->images * packed_bytes(p, most_blocks(p));
}

static part part_of(const pairs *p, size_t number, size_t parts, char *memory)
{
    size_t groups = p->out_blocks * groups_of(p);
    part r = { .first = groups * number / parts, .end = groups * (number + 1) / parts };
    r.first_block = r.first / groups_of(p);
    r.end_block = (r.end + groups_of(p) - 1) / groups_of(p);
    r.in = (uint32_t *)(memory + number * part_bytes(p));
    r.d = r.in + p->images * packed_in(p);
    return r;
}

/* Memories: in, d_out, the workspace, the gradients of weights and, where there is one, bias. */
typedef struct job {
    const pairs *p;
    void *const *memories;
} job;

static void run_part(const void *data, unsigned number, unsigned parts)
{
    const job *of = data;
    const pairs *p = of->p;
    const uint16_t *in = of->memories[0], *d = of->memories[1];
    part r = part_of(p, number, parts, of->memories[2]);
    for (size_t first = 0; first < p->in.n; first += p->images) {
        size_t images = p->in.n - first < p->images ? p->in.n - first : p->images;
        pack_gradient(p, &r, images, d, p->bias ? of->memories[4] : NULL);
        add_piece(p, &r, images, in, d, of->memories[3]);
        in += images * p->in_blocks * plane(p->in);
        d += images * p->out_blocks * plane(p->out);
    }
}

static void run(const void *what, void *const memories[])
{
    const pairs *p = what;
    const job of = { p, memories };
    float *weights = memories[3];
    size_t blocks = p->out_blocks * p->in_blocks * p->kernel * p->kernel;
    memset(weights, 0, blocks * BLOCK * sizeof *weights);
    if (p->bias) memset(memories[4], 0, p->out.c * sizeof(float));
    fl_backend_threads_each(p->threads, run_part, &of);
    turn_blocks(weights, blocks);
}

/* --- planning --- */

static pairs *plan(const fl_backend_request *request)
{
    const fl_layer *layer = request->layer;
    fl_tensor_shape in = request->in[0].shape, out = fl_layer_out(layer, in);
    pairs *p = fl_memory_new(1, sizeof *p);
    *p = (pairs){ .in = in, .out = out, .kernel = layer->kernel, .stride = layer->stride, .pad = layer->pad };
    p->bias = !layer->no_bias;
    p->in_blocks = in.c / LANES;
    p->out_blocks = out.c / LANES;
    p->row = (out.w + 1) / 2;
    p->group = (in.h + p->stride - 1) / p->stride;
    size_t fitting = PIECE_BYTES / packed_bytes(p, p->out_blocks), fewest = (PIECE_PAIRS - 1) / (out.h * p->row) + 1;
    p->images = fitting > fewest ? fitting : fewest;
    if (p->images > in.n) p->images = in.n;
    size_t threads = fl_backend_threads(), groups = p->out_blocks * groups_of(p);
    p->threads = (unsigned)(threads < groups ? threads : groups);
    return p;
}

bool fl_onednn_pairs_usable(void)
{
    dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();
    return (isa & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16 && !fl_onednn_tiles_usable();
}

bool fl_onednn_pairs_fit(const fl_backend_request *request)
{
    const fl_layer *layer = request->layer;
    return fl_onednn_pairs_usable() && layer->kind == FL_LAYER_CONVOLUTION && request->precision == FL_BACKEND_BF16 &&
           layer->groups == 1 && (layer->kernel == 3 || layer->kernel == 5) && request->in[0].shape.c % LANES == 0 &&
           layer->n_out % LANES == 0;
}

bool fl_onednn_pairs_serve(const fl_backend_request *request, const dnnl_memory_desc_t *weights)
{
    if (!request->training || !fl_onednn_pairs_fit(request)) return false;
    fl_tensor_shape out = fl_layer_out(request->layer, request->in[0].shape);
    if (out.n * out.h * ((out.w + 1) / 2) < FEWEST_PAIRS) return false;
    dnnl_memory_desc_t blocked = fl_onednn_desc(4, weights->dims, dnnl_f32, dnnl_OIhw16i16o);
    return dnnl_memory_desc_equal(weights, &blocked);
}

void fl_onednn_add_pairs(fl_onednn_op *op, const fl_backend_request *request, fl_onednn_memory *in,
                         fl_onednn_memory *d_out, const fl_onednn_memory *weights, const fl_onednn_memory *bias)
{
    pairs *p = plan(request);
    dnnl_dim_t bytes = (dnnl_dim_t)(p->threads * part_bytes(p));
    dnnl_memory_desc_t workspace = fl_onednn_desc(1, &bytes, dnnl_u8, dnnl_a);
    dnnl_memory_desc_t in_desc = fl_onednn_desc(4, in->desc.dims, dnnl_bf16, dnnl_nChw16c);
    dnnl_memory_desc_t d_desc = fl_onednn_desc(4, d_out->desc.dims, dnnl_bf16, dnnl_nChw16c);
    const fl_onednn_memory *memories[] = { fl_onednn_bring(op, &op->backward, in, &in_desc),
                                           fl_onednn_bring(op, &op->backward, d_out, &d_desc),
                                           fl_onednn_scratch(op, &workspace), weights, bias };
    fl_onednn_note_name(op, "own:avx512_core_bf16");
    fl_onednn_add_loop(op, &op->backward, run, p, bias ? 5 : 4, memories);
}
