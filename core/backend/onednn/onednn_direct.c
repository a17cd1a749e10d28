/* A convolution with windows of 3 x 3 into 16 channels, by vectors of those, on processors with AVX512_BF16 and without
 * tiles: forward, and with taps turned round the data gradient. Over long rows the library's kernels, made for more
 * channels, reach two thirds of the peak there.
 *
 *   out[y,x,o] = b[o] + sum over i, j, l of w[o,i,j,l] in[y+j-1,x+l-1,i]
 *
 * A number of `in`, or in bf16 a pair of neighbouring channels, is broadcast by the instruction that multiplies with
 * it; sums of eight places of a row stay in registers, so a vector of weights is loaded once for eight products. What
 * windows see outside the image is no part of the sums. All of it depends on shapes alone, so the order of sums does
 * too. Threads divide the images.
 */
#include "backend/onednn/onednn.h"
#include "backend/onednn/onednn_pairs.h"
#include "backend/threads.h"
#include "base/memory.h"

#include <stddef.h>

#define AVX512 FL_ONEDNN_PAIRS
#define AVX512_INLINE FL_ONEDNN_PAIRS_INLINE

enum { LANES = FL_ONEDNN_LANES, TAPS = 3 };

/* Places of a row that are summed up together, and fewer for what is left of it. */
enum { LONG = 8, SHORT = 4 };

/* What is read is seen as units of four bytes: a number in f32, a pair in bf16. */
typedef struct direct {
    size_t images, h, w;
    size_t blocks; /* of 16 channels that are read */
    bool bf16, relu, turned;
    bool bias;
    unsigned threads;
} direct;

typedef struct job {
    const direct *p;
    const uint32_t *in, *weights;
    char *out;
    const float *bias; /* NULL */
} job;

/* A place's units. */
AVX512_INLINE size_t units(bool bf16)
{
    return bf16 ? LANES / 2 : LANES;
}

/* One tap of `n` places, of which the first and the last may see nothing. */
AVX512_INLINE void add_tap(const uint32_t *in, const uint32_t *weights, __m512 *sum, size_t n, bool first, bool last,
                           bool bf16)
{
    for (size_t c = 0; c < units(bf16); c++) {
        __m512i w = _mm512_loadu_si512(weights + c * LANES);
        if (first && (last || n > 1)) sum[0] = fl_onednn_pairs_multiply(sum[0], w, in + c, bf16);
#pragma GCC unroll 8
        for (size_t k = 1; k + 1 < n; k++) sum[k] = fl_onednn_pairs_multiply(sum[k], w, in + c + k * units(bf16), bf16);
        if (last && n > 1) sum[n - 1] = fl_onednn_pairs_multiply(sum[n - 1], w, in + c + (n - 1) * units(bf16), bf16);
    }
}

AVX512_INLINE void write_place(const direct *p, __m512 sum, char *out, bool bf16)
{
    if (p->relu) sum = _mm512_max_ps(_mm512_setzero_ps(), sum);
    if (bf16)
        _mm256_storeu_si256((void *)out, (__m256i)_mm512_cvtneps_pbh(sum));
    else
        _mm512_storeu_ps((void *)out, sum);
}

/* The products of a row of the window, with one block of what is read. */
AVX512_INLINE void add_window_row(const direct *p, const uint32_t *row, const uint32_t *weights, __m512 *sum, size_t x,
                                  size_t n, bool bf16)
{
    const size_t tap = units(bf16) * LANES;
    for (size_t l = 0; l < TAPS; l++) {
        const uint32_t *in = row + ((ptrdiff_t)(x + l) - 1) * (ptrdiff_t)units(bf16);
        add_tap(in, weights + (p->turned ? TAPS - 1 - l : l) * tap, sum, n, x + l > 0, x + n - 1 + l <= p->w, bf16);
    }
}

/* Places x to x + n - 1 of row y. */
AVX512_INLINE void add_places(const job *of, const uint32_t *in, char *out, size_t y, size_t x, size_t n, bool bf16)
{
    const direct *p = of->p;
    const size_t place = units(bf16), window_row = TAPS * place * LANES;
    __m512 sum[LONG], start = of->bias ? _mm512_loadu_ps(of->bias) : _mm512_setzero_ps();
#pragma GCC unroll 8
    for (size_t k = 0; k < n; k++) sum[k] = start;
    for (size_t block = 0; block < p->blocks; block++, in += p->h * p->w * place)
        for (size_t j = 0; j < TAPS; j++) {
            size_t row = y + j - 1; /* above the first it wraps round */
            const uint32_t *weights = of->weights + (block * TAPS + (p->turned ? TAPS - 1 - j : j)) * window_row;
            if (row < p->h) add_window_row(p, in + row * p->w * place, weights, sum, x, n, bf16);
        }
#pragma GCC unroll 8
    for (size_t k = 0; k < n; k++) write_place(p, sum[k], out + (y * p->w + x + k) * place * 4, bf16);
}

AVX512_INLINE void add_row(const job *of, const uint32_t *in, char *out, size_t y, bool bf16)
{
    size_t x = 0, w = of->p->w;
    for (; x + LONG <= w; x += LONG) add_places(of, in, out, y, x, LONG, bf16);
    for (; x + SHORT <= w; x += SHORT) add_places(of, in, out, y, x, SHORT, bf16);
    for (; x < w; x++) add_places(of, in, out, y, x, 1, bf16);
}

AVX512_INLINE void add_images(const job *of, size_t first, size_t end, bool bf16)
{
    const direct *p = of->p;
    const size_t plane = p->h * p->w * units(bf16);
    for (size_t image = first; image < end; image++)
        for (size_t y = 0; y < p->h; y++)
            add_row(of, of->in + image * p->blocks * plane, of->out + image * plane * 4, y, bf16);
}

AVX512 static void run_part(const void *data, unsigned number, unsigned parts)
{
    const job *of = data;
    size_t first = of->p->images * number / parts, end = of->p->images * (number + 1) / parts;
    if (of->p->bf16)
        add_images(of, first, end, true);
    else
        add_images(of, first, end, false);
}

/* Memories: what is read, weights, the result and, where there is one, the bias. */
static void run(const void *what, void *const memories[])
{
    const direct *p = what;
    const job of = { p, memories[0], memories[1], memories[2], p->bias ? memories[3] : NULL };
    fl_backend_threads_each(p->threads, run_part, &of);
}

/* --- planning --- */

static bool lies(const dnnl_memory_desc_t *desc, dnnl_data_type_t type, dnnl_format_tag_t f32, dnnl_format_tag_t bf16)
{
    dnnl_memory_desc_t wanted = fl_onednn_desc(4, desc->dims, type, type == dnnl_bf16 ? bf16 : f32);
    return dnnl_memory_desc_equal(desc, &wanted);
}

bool fl_onednn_direct_serve(const fl_backend_request *request, const_dnnl_primitive_desc_t primitive, bool turned)
{
    const fl_layer *layer = request->layer;
    if (!fl_onednn_pairs_usable() || layer->kind != FL_LAYER_CONVOLUTION || layer->groups > 1 ||
        layer->kernel != TAPS || layer->stride > 1 || layer->pad != 1)
        return false;
    dnnl_memory_desc_t in = fl_onednn_chosen(primitive, turned ? dnnl_query_diff_dst_md : dnnl_query_src_md);
    dnnl_memory_desc_t out = fl_onednn_chosen(primitive, turned ? dnnl_query_diff_src_md : dnnl_query_dst_md);
    dnnl_memory_desc_t weights = fl_onednn_chosen(primitive, dnnl_query_weights_md);
    dnnl_data_type_t type = fl_onednn_type(request->precision);
    return in.dims[1] % LANES == 0 && out.dims[1] == LANES && lies(&in, type, dnnl_nChw16c, dnnl_nChw16c) &&
           lies(&out, type, dnnl_nChw16c, dnnl_nChw16c) &&
           (turned ? lies(&weights, type, dnnl_IOhw16o16i, dnnl_IOhw8o16i2o)
                   : lies(&weights, type, dnnl_OIhw16i16o, dnnl_OIhw8i16o2i));
}

void fl_onednn_add_direct(fl_onednn_op *op, fl_onednn_pass *pass, const fl_backend_request *request, bool turned,
                          size_t n, const fl_onednn_argument *arguments)
{
    const fl_onednn_memory *in = arguments[0].memory;
    direct *p = fl_memory_new(1, sizeof *p);
    *p = (direct){ .images = (size_t)in->desc.dims[0], .h = (size_t)in->desc.dims[2], .w = (size_t)in->desc.dims[3] };
    p->blocks = (size_t)in->desc.dims[1] / LANES;
    p->bf16 = request->precision == FL_BACKEND_BF16;
    p->relu = request->relu_next && !turned;
    p->bias = n > 3;
    p->turned = turned;
    size_t threads = fl_backend_threads();
    p->threads = (unsigned)(threads < p->images ? threads : p->images);
    const fl_onednn_memory *memories[4];
    for (size_t i = 0; i < n; i++) memories[i] = arguments[i].memory;
    fl_onednn_note_name(op, "own:avx512_core_bf16");
    fl_onednn_add_loop(op, pass, run, p, n, memories);
}
