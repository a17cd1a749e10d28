/* Heads are columns of the rows, so no row is moved: products go along rows that lie 3d or d apart. */
#include "backend/heads.h"
#include "backend/rows.h"
#include "backend/small.h"

#include <math.h>
#include <string.h>

fl_backend_heads fl_backend_heads_of(const fl_layer *layer, fl_tensor_shape in, fl_backend_product *product)
{
    if (fl_backend_small_usable()) product = fl_backend_small_product;
    return (fl_backend_heads){ product, in.n, in.c, in.h, layer->heads, !layer->acausal };
}

size_t fl_backend_heads_one(const fl_backend_heads *h)
{
    return h->t * h->t;
}

size_t fl_backend_heads_weights(const fl_backend_heads *h)
{
    return h->n * h->heads * fl_backend_heads_one(h);
}

/* The columns of one head in the rows of example n; q, k, v are parts 0, 1, 2. */
static float *columns(const fl_backend_heads *h, float *rows, size_t step, size_t n, size_t part, size_t head)
{
    return rows + n * h->t * step + part * h->d + head * (h->d / h->heads);
}

static fl_backend_matrix rows_of(const float *at, size_t step)
{
    return (fl_backend_matrix){ at, step, false };
}

static fl_backend_matrix turned(const float *at, size_t step)
{
    return (fl_backend_matrix){ at, step, true };
}

/* How many positions one sees. */
static size_t seen(const fl_backend_heads *h, size_t t)
{
    return h->causal ? t + 1 : h->t;
}

static float scale_of(const fl_backend_heads *h)
{
    return (float)(1 / sqrt((double)(h->d / h->heads)));
}

/* --- products of a head's matrices; where a position sees none behind it, blocks that nobody sees are left out --- */

enum { BLOCK = 32 };

/* How many positions that are seen go together. */
static size_t block(const fl_backend_heads *h)
{
    return h->causal ? BLOCK : h->t;
}

/* How many a block from `first` on has. */
static size_t within(const fl_backend_heads *h, size_t first)
{
    return h->t - first < block(h) ? h->t - first : block(h);
}

/* to[t,s] = factor sum over j of a[t,j] b[s,j] */
static void compare(const fl_backend_heads *h, float factor, const float *a, size_t a_step, const float *b,
                    size_t b_step, float *to)
{
    for (size_t first = 0; first < h->t; first += block(h))
        h->product(h->t - first, within(h, first), h->d / h->heads, factor, rows_of(a + first * a_step, a_step),
                   turned(b + first * b_step, b_step), 0, to + first * h->t + first, h->t);
}

/* to[t,j] = factor sum over s of weights[t,s] of[s,j] */
static void gather(const fl_backend_heads *h, float factor, const float *weights, const float *of, size_t of_step,
                   float *to, size_t to_step)
{
    for (size_t first = 0; first < h->t; first += block(h))
        h->product(h->t - first, h->d / h->heads, within(h, first), factor,
                   rows_of(weights + first * h->t + first, h->t), rows_of(of + first * of_step, of_step), first ? 1 : 0,
                   to + first * to_step, to_step);
}

/* to[s,j] = factor sum over t of weights[t,s] of[t,j] */
static void spread(const fl_backend_heads *h, float factor, const float *weights, const float *of, size_t of_step,
                   float *to, size_t to_step)
{
    for (size_t first = 0; first < h->t; first += block(h))
        h->product(within(h, first), h->d / h->heads, h->t - first, factor,
                   turned(weights + first * h->t + first, h->t), rows_of(of + first * of_step, of_step), 0,
                   to + first * to_step, to_step);
}

static void mix(const fl_backend_heads *h, float *qkv, float *mixed, float *weights, size_t n, size_t head)
{
    size_t wide = FL_LAYER_PROJECTIONS * h->d;
    const float *q = columns(h, qkv, wide, n, 0, head), *k = columns(h, qkv, wide, n, 1, head);
    compare(h, scale_of(h), q, wide, k, wide, weights);
    for (size_t t = 0; t < h->t; t++) {
        fl_backend_rows_softmax(weights + t * h->t, seen(h, t));
        memset(weights + t * h->t + seen(h, t), 0, (h->t - seen(h, t)) * sizeof *weights);
    }
    gather(h, 1, weights, columns(h, qkv, wide, n, 2, head), wide, columns(h, mixed, h->d, n, 0, head), h->d);
}

void fl_backend_heads_forward(const fl_backend_heads *h, float *qkv, float *mixed, float *weights)
{
    for (size_t i = 0; i < h->n * h->heads; i++)
        mix(h, qkv, mixed, weights + i * fl_backend_heads_one(h), i / h->heads, i % h->heads);
}

static void mix_back(const fl_backend_heads *h, float *qkv, const float *weights, float *d_mixed, float *d_qkv,
                     float *d_one, size_t n, size_t head)
{
    size_t wide = FL_LAYER_PROJECTIONS * h->d;
    const float *q = columns(h, qkv, wide, n, 0, head), *k = columns(h, qkv, wide, n, 1, head);
    const float *v = columns(h, qkv, wide, n, 2, head), *d = columns(h, d_mixed, h->d, n, 0, head);
    compare(h, 1, d, h->d, v, wide, d_one);
    spread(h, 1, weights, d, h->d, columns(h, d_qkv, wide, n, 2, head), wide);
    for (size_t t = 0; t < h->t; t++) { /* where P is 0, so is the gradient */
        size_t first = t / block(h) * block(h);
        fl_backend_rows_softmax_back(weights + t * h->t, d_one + t * h->t, first + within(h, first));
    }
    gather(h, scale_of(h), d_one, k, wide, columns(h, d_qkv, wide, n, 0, head), wide);
    spread(h, scale_of(h), d_one, q, wide, columns(h, d_qkv, wide, n, 1, head), wide);
}

void fl_backend_heads_backward(const fl_backend_heads *h, float *qkv, const float *weights, float *d_mixed,
                               float *d_qkv, float *d_one)
{
    for (size_t i = 0; i < h->n * h->heads; i++)
        mix_back(h, qkv, weights + i * fl_backend_heads_one(h), d_mixed, d_qkv, d_one, i / h->heads, i % h->heads);
}
