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

static void mix(const fl_backend_heads *h, float *qkv, float *mixed, float *weights, size_t n, size_t head)
{
    size_t wide = FL_LAYER_PROJECTIONS * h->d, values = h->d / h->heads;
    float *q = columns(h, qkv, wide, n, 0, head), *k = columns(h, qkv, wide, n, 1, head);
    h->product(h->t, h->t, values, scale_of(h), rows_of(q, wide), turned(k, wide), 0, weights, h->t);
    for (size_t t = 0; t < h->t; t++) {
        fl_backend_rows_softmax(weights + t * h->t, seen(h, t));
        memset(weights + t * h->t + seen(h, t), 0, (h->t - seen(h, t)) * sizeof *weights);
    }
    h->product(h->t, values, h->t, 1, rows_of(weights, h->t), rows_of(columns(h, qkv, wide, n, 2, head), wide), 0,
               columns(h, mixed, h->d, n, 0, head), h->d);
}

void fl_backend_heads_forward(const fl_backend_heads *h, float *qkv, float *mixed, float *weights)
{
    for (size_t i = 0; i < h->n * h->heads; i++)
        mix(h, qkv, mixed, weights + i * fl_backend_heads_one(h), i / h->heads, i % h->heads);
}

static void mix_back(const fl_backend_heads *h, float *qkv, const float *weights, float *d_mixed, float *d_qkv,
                     float *d_one, size_t n, size_t head)
{
    size_t wide = FL_LAYER_PROJECTIONS * h->d, values = h->d / h->heads;
    const float *q = columns(h, qkv, wide, n, 0, head), *k = columns(h, qkv, wide, n, 1, head);
    const float *v = columns(h, qkv, wide, n, 2, head), *d = columns(h, d_mixed, h->d, n, 0, head);
    h->product(h->t, h->t, values, 1, rows_of(d, h->d), turned(v, wide), 0, d_one, h->t);
    h->product(h->t, values, h->t, 1, turned(weights, h->t), rows_of(d, h->d), 0, columns(h, d_qkv, wide, n, 2, head),
               wide);
    for (size_t t = 0; t < h->t; t++) /* where P is 0, so is the gradient */
        fl_backend_rows_softmax_back(weights + t * h->t, d_one + t * h->t, h->t);
    h->product(h->t, values, h->t, scale_of(h), rows_of(d_one, h->t), rows_of(k, wide), 0,
               columns(h, d_qkv, wide, n, 0, head), wide);
    h->product(h->t, values, h->t, scale_of(h), turned(d_one, h->t), rows_of(q, wide), 0,
               columns(h, d_qkv, wide, n, 1, head), wide);
}

void fl_backend_heads_backward(const fl_backend_heads *h, float *qkv, const float *weights, float *d_mixed,
                               float *d_qkv, float *d_one)
{
    for (size_t i = 0; i < h->n * h->heads; i++)
        mix_back(h, qkv, weights + i * fl_backend_heads_one(h), d_mixed, d_qkv, d_one, i / h->heads, i % h->heads);
}
