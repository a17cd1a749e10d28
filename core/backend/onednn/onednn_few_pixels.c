/* A convolution with windows of 3 x 3 over planes of a few pixels, by vectors of 16 channels, on processors with
 * AVX512_BF16 and without tiles: forward, and with taps turned round the data gradient. The library sums up
 * neighbouring pixels together, of which such a plane has few; here images go together.
 *
 *   out[y,x,o] = b[o] + sum over i, j, l of w[o,i,j,l] in[y+j-1,x+l-1,i]
 *
 * A number of `in`, or in bf16 a pair of neighbouring channels, is broadcast by the instruction that multiplies with
 * it; sums of one pixel of six images by 64 channels stay in registers over all taps that see the image. All of it
 * depends on the layer alone, so the order of sums does too. Threads divide the channels.
 */
#include "backend/onednn/onednn.h"
#include "backend/onednn/onednn_pairs.h"
#include "backend/threads.h"
#include "base/memory.h"

#include <stddef.h>

#define AVX512 FL_ONEDNN_PAIRS
#define AVX512_INLINE FL_ONEDNN_PAIRS_INLINE

enum { LANES = FL_ONEDNN_LANES, TAPS = 3, VECTORS = 4 };

/* Where this is the better way: planes of so many pixels; weights that a pixel sees, by 64 channels of the result, that
 * stay in the second cache; and images enough for them to be worth reading (bench/NOTES.md). */
enum { MOST_PIXELS_F32 = 4, MOST_PIXELS_BF16 = 64, MOST_BYTES = 1 << 19, FEWEST_IMAGES = 24 };

/* Images that are summed up together, and fewer for what is left of them. */
enum { LONG = 6, SHORT = 4 };

/* What is read is seen as units of four bytes: a number in f32, a pair in bf16. */
typedef struct few {
    size_t images, h, w;
    size_t in_blocks, out_blocks; /* of 16 channels */
    size_t by_in, by_out;         /* units from the weights of such a block to the next one's */
    bool bf16, relu, turned, bias;
    unsigned threads;
} few;

typedef struct job {
    const few *p;
    const uint32_t *in, *weights;
    char *out;
    const float *bias; /* NULL */
} job;

/* One pixel of the result, and the first of the blocks of channels that are computed together. */
typedef struct place {
    size_t y, x, block;
} place;

/* A pixel's units of 16 channels. */
AVX512_INLINE size_t units(bool bf16)
{
    return bf16 ? LANES / 2 : LANES;
}

/* All channels of one tap of `n` images. */
AVX512_INLINE void add_tap(const few *p, const uint32_t *in, const uint32_t *weights, __m512 *sum, size_t n, bool bf16)
{
    const size_t plane = p->h * p->w * units(bf16), image = p->in_blocks * plane;
    for (size_t b = 0; b < p->in_blocks; b++, in += plane, weights += p->by_in) {
        const uint32_t *third = in + 3 * image;
        for (size_t c = 0; c < units(bf16); c++) {
            __m512i w[VECTORS];
#pragma GCC unroll 4
            for (size_t v = 0; v < VECTORS; v++) {
                const uint32_t *at = weights + v * p->by_out + c * LANES;
                _mm_prefetch((const char *)(at + p->by_in), _MM_HINT_T0);
                w[v] = _mm512_loadu_si512(at);
            }
#pragma GCC unroll 24
            for (size_t k = 0; k < n * VECTORS; k++) {
                size_t r = k / VECTORS;
                const uint32_t *unit = (r < 3 ? in + r * image : third + (r - 3) * image) + c;
                sum[k] = fl_onednn_pairs_multiply(sum[k], w[k % VECTORS], unit, bf16);
            }
        }
    }
}

AVX512_INLINE void leave(const few *p, __m512 sum, char *out, bool bf16)
{
    if (p->relu) { /* a NaN stays */
        __mmask16 negative = _mm512_cmp_ps_mask(sum, _mm512_setzero_ps(), _CMP_LT_OQ);
        sum = _mm512_mask_mov_ps(sum, negative, _mm512_setzero_ps());
    }
    if (bf16)
        _mm256_storeu_si256((void *)out, (__m256i)_mm512_cvtneps_pbh(sum));
    else
        _mm512_storeu_ps(out, sum);
}

/* `n` images from `first` on. */
AVX512_INLINE void add_images(const job *of, const place *at, size_t first, size_t n, bool bf16)
{
    const few *p = of->p;
    const size_t pixel = units(bf16), plane = p->h * p->w * pixel, tap = pixel * LANES;
    const uint32_t *in = of->in + first * p->in_blocks * plane;
    const uint32_t *weights = of->weights + at->block * p->by_out;
    __m512 sum[LONG * VECTORS];
#pragma GCC unroll 24
    for (size_t k = 0; k < n * VECTORS; k++)
        sum[k] = of->bias ? _mm512_loadu_ps(of->bias + (at->block + k % VECTORS) * LANES) : _mm512_setzero_ps();
    for (size_t j = 0; j < TAPS; j++)
        for (size_t l = 0; l < TAPS; l++) {
            size_t y = at->y + j - 1, x = at->x + l - 1, number = j * TAPS + l;
            if (y >= p->h || x >= p->w) continue; /* also those before the first, which wrap round */
            add_tap(p, in + (y * p->w + x) * pixel, weights + (p->turned ? TAPS * TAPS - 1 - number : number) * tap,
                    sum, n, bf16);
        }
#pragma GCC unroll 24
    for (size_t k = 0; k < n * VECTORS; k++) {
        size_t image = first + k / VECTORS, block = at->block + k % VECTORS;
        size_t to = (image * p->out_blocks + block) * plane + (at->y * p->w + at->x) * pixel;
        leave(p, sum[k], of->out + to * sizeof(uint32_t), bf16);
    }
}

/* All images: by six, two fours in place of six and two, what is left one by one. */
AVX512_INLINE void add_pixel(const job *of, const place *at, bool bf16)
{
    size_t first = 0, images = of->p->images;
    for (; images - first >= LONG && images - first != 2 * SHORT; first += LONG) add_images(of, at, first, LONG, bf16);
    for (; images - first >= SHORT; first += SHORT) add_images(of, at, first, SHORT, bf16);
    for (; first < images; first++) add_images(of, at, first, 1, bf16);
}

AVX512 static void run_part(const void *data, unsigned number, unsigned parts)
{
    const job *of = data;
    const few *p = of->p;
    size_t groups = p->out_blocks / VECTORS, end = groups * (number + 1) / parts;
    for (size_t group = groups * number / parts; group < end; group++)
        for (place at = { .block = group * VECTORS }; at.y < p->h; at.y++)
            for (at.x = 0; at.x < p->w; at.x++)
                if (p->bf16)
                    add_pixel(of, &at, true);
                else
                    add_pixel(of, &at, false);
}

/* Memories: what is read, weights, the result and, where there is one, the bias. */
static void run(const void *what, void *const memories[])
{
    const few *p = what;
    const job of = { p, memories[0], memories[1], memories[2], p->bias ? memories[3] : NULL };
    fl_backend_threads_each(p->threads, run_part, &of);
}

/* --- planning --- */

static bool in_blocks(const dnnl_memory_desc_t *desc, dnnl_data_type_t type)
{
    dnnl_memory_desc_t wanted = fl_onednn_desc(4, desc->dims, type, dnnl_nChw16c);
    return dnnl_memory_desc_equal(desc, &wanted);
}

/* Each tap as units of 16 channels that are read, by 16 of the result. */
static bool in_taps(const dnnl_memory_desc_t *weights, bool turned, bool bf16)
{
    const dnnl_blocking_desc_t *blocks = &weights->format_desc.blocking;
    const int in = !turned, pair = bf16 ? 2 : 1;
    return weights->format_kind == dnnl_blocked && weights->ndims == 4 && blocks->inner_nblks == 1 + pair &&
           blocks->inner_idxs[0] == in && blocks->inner_blks[0] == LANES / pair && blocks->inner_idxs[1] == !in &&
           blocks->inner_blks[1] == LANES &&
           (!bf16 || (blocks->inner_idxs[2] == in && blocks->inner_blks[2] == pair)) &&
           blocks->strides[2] == TAPS * LANES * LANES && blocks->strides[3] == LANES * LANES;
}

static dnnl_dim_t least(dnnl_dim_t a, dnnl_dim_t b)
{
    return a < b ? a : b;
}

static bool is_better(const dnnl_memory_desc_t *in)
{
    bool bf16 = in->data_type == dnnl_bf16;
    dnnl_dim_t taps = least(TAPS, in->dims[2]) * least(TAPS, in->dims[3]);
    dnnl_dim_t bytes = taps * in->dims[1] * VECTORS * LANES * (dnnl_dim_t)(bf16 ? sizeof(uint16_t) : sizeof(float));
    return in->dims[2] * in->dims[3] <= (bf16 ? MOST_PIXELS_BF16 : MOST_PIXELS_F32) && bytes <= MOST_BYTES &&
           in->dims[0] >= FEWEST_IMAGES;
}

bool fl_onednn_few_pixels_serve(const fl_backend_request *request, const_dnnl_primitive_desc_t primitive, bool turned)
{
    const fl_layer *layer = request->layer;
    if (!fl_onednn_pairs_usable() || layer->kind != FL_LAYER_CONVOLUTION || layer->groups > 1 ||
        layer->kernel != TAPS || layer->stride > 1 || layer->pad != 1)
        return false;
    dnnl_memory_desc_t in = fl_onednn_chosen(primitive, turned ? dnnl_query_diff_dst_md : dnnl_query_src_md);
    dnnl_memory_desc_t out = fl_onednn_chosen(primitive, turned ? dnnl_query_diff_src_md : dnnl_query_dst_md);
    dnnl_memory_desc_t weights = fl_onednn_chosen(primitive, dnnl_query_weights_md);
    dnnl_data_type_t type = fl_onednn_type(request->precision);
    return is_better(&in) && in.dims[1] % LANES == 0 && out.dims[1] % (VECTORS * LANES) == 0 && in_blocks(&in, type) &&
           in_blocks(&out, type) && in_taps(&weights, turned, type == dnnl_bf16);
}

void fl_onednn_add_few_pixels(fl_onednn_op *op, fl_onednn_pass *pass, const fl_backend_request *request, bool turned,
                              size_t n, const fl_onednn_argument *arguments)
{
    const dnnl_memory_desc_t *in = &arguments[0].memory->desc, *out = &arguments[2].memory->desc;
    const dnnl_blocking_desc_t *blocks = &arguments[1].memory->desc.format_desc.blocking;
    few *p = fl_memory_new(1, sizeof *p);
    *p = (few){ .images = (size_t)in->dims[0], .h = (size_t)in->dims[2], .w = (size_t)in->dims[3], .turned = turned };
    p->in_blocks = (size_t)in->dims[1] / LANES;
    p->out_blocks = (size_t)out->dims[1] / LANES;
    p->bf16 = request->precision == FL_BACKEND_BF16;
    p->by_in = (size_t)blocks->strides[!turned] / (p->bf16 ? 2 : 1);
    p->by_out = (size_t)blocks->strides[turned] / (p->bf16 ? 2 : 1);
    p->relu = request->relu_next && !turned;
    p->bias = n > 3;
    size_t threads = fl_backend_threads(), groups = p->out_blocks / VECTORS;
    p->threads = (unsigned)(threads < groups ? threads : groups);
    const fl_onednn_memory *memories[4];
    for (size_t i = 0; i < n; i++) memories[i] = arguments[i].memory;
    fl_onednn_note_name(op, "own:avx512_core_bf16");
    fl_onednn_add_loop(op, pass, run, p, n, memories);
}
