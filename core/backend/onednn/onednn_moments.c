/* Mean and variance of each channel over a batch whose channels lie in blocks of 16, in one pass through memory where
 * the library makes two.
 *
 * A piece of an image's pixels is gone through twice while it is in the nearest cache, for its mean and for the squares
 * of what differs from it; pieces, then images, are put together by Chan, Golub and LeVeque's rule (1979). So nothing
 * cancels. Every image's figures are kept until all are there, and put together in their order, however many threads
 * there are.
 */
#include "backend/onednn/onednn.h"
#include "backend/onednn/onednn_numbers.h"
#include "backend/threads.h"
#include "base/clones.h"
#include "base/memory.h"

#include <stddef.h>
#include <string.h>

enum { LANES = 16, TOGETHER = 4, PIECE = 128 }; /* channels of a block; pixels that are summed up apart; in a piece */

/* Sixteen floats as compilers know them, split where vectors are shorter. */
typedef float lanes __attribute__((vector_size(LANES * sizeof(float))));

typedef struct batch {
    size_t images, blocks, pixels;
    unsigned threads;
} batch;

/* Of some pixels of 16 channels. */
typedef struct moments {
    double n, mean[LANES], squares[LANES]; /* squares: of what differs from the mean, their sum */
} moments;

typedef struct job {
    const batch *p;
    const float *in;
    moments *found; /* [image][block] */
} job;

/* The sum of what differs from `mean`, or of its squares. */
FL_ONEDNN_ALWAYS_INLINE void sum_up(const float *values, size_t pixels, const lanes *mean, bool square, lanes *to)
{
    lanes sum[TOGETHER] = { 0 }, one;
    size_t p = 0;
    for (; p + TOGETHER <= pixels; p += TOGETHER)
#pragma GCC unroll 4
        for (size_t k = 0; k < TOGETHER; k++) {
            memcpy(&one, values + (p + k) * LANES, sizeof one);
            one -= *mean;
            sum[k] += square ? one * one : one;
        }
    for (; p < pixels; p++) {
        memcpy(&one, values + p * LANES, sizeof one);
        one -= *mean;
        sum[0] += square ? one * one : one;
    }
    *to = (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

FL_CLONES static void measure(const float *values, size_t pixels, moments *to)
{
    const lanes none = { 0 };
    lanes mean, squares;
    sum_up(values, pixels, &none, false, &mean);
    mean /= (float)pixels;
    sum_up(values, pixels, &mean, true, &squares);
    to->n = (double)pixels;
    for (size_t c = 0; c < LANES; c++) {
        to->mean[c] = mean[c];
        to->squares[c] = squares[c];
    }
}

FL_CLONES static void add(moments *to, const moments *other)
{
    double n = to->n + other->n, share = other->n / n;
    for (size_t c = 0; c < LANES; c++) {
        double apart = other->mean[c] - to->mean[c];
        to->mean[c] += apart * share;
        to->squares[c] += other->squares[c] + apart * apart * to->n * share;
    }
    to->n = n;
}

static void measure_plane(const batch *p, const float *plane, moments *to)
{
    for (size_t first = 0; first < p->pixels; first += PIECE) {
        size_t pixels = p->pixels - first < PIECE ? p->pixels - first : PIECE;
        moments piece;
        measure(plane + first * LANES, pixels, first ? &piece : to);
        if (first) add(to, &piece);
    }
}

static void run_part(const void *data, unsigned number, unsigned parts)
{
    const job *of = data;
    const batch *p = of->p;
    size_t planes = p->images * p->blocks, end = planes * (number + 1) / parts;
    for (size_t plane = planes * number / parts; plane < end; plane++)
        measure_plane(p, of->in + plane * p->pixels * LANES, &of->found[plane]);
}

/* Memories: in, the workspace, mean, variance. */
static void run(const void *what, void *const memories[])
{
    const batch *p = what;
    const job of = { p, memories[0], memories[1] };
    float *mean = memories[2], *variance = memories[3];
    fl_backend_threads_each(p->threads, run_part, &of);
    for (size_t block = 0; block < p->blocks; block++) {
        moments all = of.found[block];
        for (size_t image = 1; image < p->images; image++) add(&all, &of.found[image * p->blocks + block]);
        for (size_t c = 0; c < LANES; c++) {
            mean[block * LANES + c] = (float)all.mean[c];
            variance[block * LANES + c] = (float)(all.squares[c] / all.n);
        }
    }
}

bool fl_onednn_moments_serve(const dnnl_memory_desc_t *in)
{
    dnnl_memory_desc_t blocks = fl_onednn_desc(4, in->dims, dnnl_f32, dnnl_nChw16c);
    return in->dims[1] % LANES == 0 && dnnl_memory_desc_equal(in, &blocks);
}

void fl_onednn_add_moments(fl_onednn_op *op, const fl_onednn_memory *in, const fl_onednn_memory *mean,
                           const fl_onednn_memory *variance)
{
    batch *p = fl_memory_new(1, sizeof *p);
    *p = (batch){ .images = (size_t)in->desc.dims[0], .blocks = (size_t)in->desc.dims[1] / LANES };
    p->pixels = (size_t)(in->desc.dims[2] * in->desc.dims[3]);
    size_t planes = p->images * p->blocks, threads = fl_backend_threads();
    p->threads = (unsigned)(threads < planes ? threads : planes);
    dnnl_dim_t bytes = (dnnl_dim_t)(planes * sizeof(moments));
    dnnl_memory_desc_t workspace = fl_onednn_desc(1, &bytes, dnnl_u8, dnnl_a);
    fl_onednn_add_loop(op, &op->forward, run, p, 4,
                       (const fl_onednn_memory *[]){ in, fl_onednn_allocated(op, &workspace), mean, variance });
}
