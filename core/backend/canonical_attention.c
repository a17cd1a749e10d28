/* Multi-head self-attention: q, k, v = x W^T + b; in each head P = softmax(q k^T / sqrt(d)) over the positions that a
 * position sees, its mixed values P v; then the last dense layer.
 *
 * Heads are columns of the rows, so no row is moved: products go along rows that lie 3D or D apart.
 */
#include "backend/canonical.h"
#include "backend/rows.h"

#include <math.h>
#include <string.h>

enum { PROJECTIONS = 3 };
enum { IN_WEIGHT, IN_BIAS, OUT_WEIGHT, OUT_BIAS };

typedef struct attention {
    fl_backend_plain plain; /* first: a pointer to the op is a pointer to this */
    fl_backend_product *product;
    size_t rows, n, t, d, heads, head; /* rows of all examples, examples, positions, values, heads, values of a head */
    float scale;                       /* 1 / sqrt(values of a head) */
} attention;

typedef struct parts {
    float *qkv;                         /* rows x 3d */
    float *mixed;                       /* rows x d */
    float *weights;                     /* n x heads x t x t: P */
    float *d_qkv, *d_mixed, *d_weights; /* as above, the last of one head; in the op's scratch */
} parts;

static size_t kept(const attention *a)
{
    return a->rows * (PROJECTIONS + 1) * a->d + a->n * a->heads * a->t * a->t;
}

static parts parts_of(const attention *a)
{
    const fl_backend_buffers *at = &a->plain.at;
    parts p = { .qkv = a->plain.training ? at->workspace : at->scratch, .d_qkv = at->scratch };
    p.mixed = p.qkv + a->rows * PROJECTIONS * a->d;
    p.weights = p.mixed + a->rows * a->d;
    p.d_mixed = p.d_qkv + a->rows * PROJECTIONS * a->d;
    p.d_weights = p.d_mixed + a->rows * a->d;
    return p;
}

/* The head's columns of example n in rows of `step`: q, k, v are parts 0, 1, 2. */
static float *columns(const attention *a, float *rows, size_t step, size_t n, size_t part, size_t head)
{
    return rows + n * a->t * step + part * a->d + head * a->head;
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
static size_t seen(const attention *a, size_t t)
{
    return a->plain.layer.acausal ? a->t : t + 1;
}

static void mix_head(const attention *a, const parts *p, size_t n, size_t head)
{
    size_t wide = PROJECTIONS * a->d;
    float *weights = p->weights + (n * a->heads + head) * a->t * a->t;
    float *q = columns(a, p->qkv, wide, n, 0, head), *k = columns(a, p->qkv, wide, n, 1, head);
    a->product(a->t, a->t, a->head, a->scale, rows_of(q, wide), turned(k, wide), 0, weights, a->t);
    for (size_t t = 0; t < a->t; t++) {
        fl_backend_rows_softmax(weights + t * a->t, seen(a, t));
        memset(weights + t * a->t + seen(a, t), 0, (a->t - seen(a, t)) * sizeof *weights);
    }
    a->product(a->t, a->head, a->t, 1, rows_of(weights, a->t), rows_of(columns(a, p->qkv, wide, n, 2, head), wide), 0,
               columns(a, p->mixed, a->d, n, 0, head), a->d);
}

static void forward(fl_backend_op *op)
{
    const attention *a = (attention *)op;
    const fl_backend_buffers *at = &a->plain.at;
    parts p = parts_of(a);
    size_t wide = PROJECTIONS * a->d;
    fl_backend_rows_repeat(at->param[IN_BIAS], wide, p.qkv, a->rows);
    a->product(a->rows, wide, a->d, 1, rows_of(at->in[0], a->d), turned(at->param[IN_WEIGHT], a->d), 1, p.qkv, wide);
    for (size_t i = 0; i < a->n * a->heads; i++) mix_head(a, &p, i / a->heads, i % a->heads);
    fl_backend_rows_repeat(at->param[OUT_BIAS], a->d, at->out, a->rows);
    a->product(a->rows, a->d, a->d, 1, rows_of(p.mixed, a->d), turned(at->param[OUT_WEIGHT], a->d), 1, at->out, a->d);
}

static void mix_head_back(const attention *a, const parts *p, size_t n, size_t head)
{
    size_t wide = PROJECTIONS * a->d, t_t = a->t * a->t;
    const float *weights = p->weights + (n * a->heads + head) * t_t;
    const float *q = columns(a, p->qkv, wide, n, 0, head), *k = columns(a, p->qkv, wide, n, 1, head);
    const float *v = columns(a, p->qkv, wide, n, 2, head), *d_mixed = columns(a, p->d_mixed, a->d, n, 0, head);
    a->product(a->t, a->t, a->head, 1, rows_of(d_mixed, a->d), turned(v, wide), 0, p->d_weights, a->t);
    a->product(a->t, a->head, a->t, 1, turned(weights, a->t), rows_of(d_mixed, a->d), 0,
               columns(a, p->d_qkv, wide, n, 2, head), wide);
    for (size_t t = 0; t < a->t; t++) /* where P is 0, so is the gradient */
        fl_backend_rows_softmax_back(weights + t * a->t, p->d_weights + t * a->t, a->t);
    a->product(a->t, a->head, a->t, a->scale, rows_of(p->d_weights, a->t), rows_of(k, wide), 0,
               columns(a, p->d_qkv, wide, n, 0, head), wide);
    a->product(a->t, a->head, a->t, a->scale, turned(p->d_weights, a->t), rows_of(q, wide), 0,
               columns(a, p->d_qkv, wide, n, 1, head), wide);
}

static void backward(fl_backend_op *op)
{
    const attention *a = (attention *)op;
    const fl_backend_buffers *at = &a->plain.at;
    parts p = parts_of(a);
    size_t wide = PROJECTIONS * a->d;
    a->product(a->d, a->d, a->rows, 1, turned(at->d_out, a->d), rows_of(p.mixed, a->d), 0, at->grad[OUT_WEIGHT], a->d);
    fl_backend_rows_sum(at->d_out, a->rows, a->d, at->grad[OUT_BIAS]);
    a->product(a->rows, a->d, a->d, 1, rows_of(at->d_out, a->d), rows_of(at->param[OUT_WEIGHT], a->d), 0, p.d_mixed,
               a->d);
    for (size_t i = 0; i < a->n * a->heads; i++) mix_head_back(a, &p, i / a->heads, i % a->heads);
    a->product(wide, a->d, a->rows, 1, turned(p.d_qkv, wide), rows_of(at->in[0], a->d), 0, at->grad[IN_WEIGHT], a->d);
    fl_backend_rows_sum(p.d_qkv, a->rows, wide, at->grad[IN_BIAS]);
    if (a->plain.needs_d_in)
        a->product(a->rows, a->d, wide, 1, rows_of(p.d_qkv, wide), rows_of(at->param[IN_WEIGHT], a->d), 0, at->d_in[0],
                   a->d);
}

fl_backend_op *fl_backend_attention(const fl_backend_request *request, fl_backend_product *product)
{
    attention *a = (attention *)fl_backend_plain_sized(sizeof *a, request, "own vectors, sgemm", forward, backward);
    fl_tensor_shape in = request->in[0].shape;
    a->product = product;
    a->rows = in.n * in.c;
    a->n = in.n;
    a->t = in.c;
    a->d = in.h;
    a->heads = request->layer->heads;
    a->head = a->d / a->heads;
    a->scale = (float)(1 / sqrt((double)a->head));
    fl_backend_op *op = &a->plain.op;
    op->reads_out = false;
    size_t back = a->rows * (PROJECTIONS + 1) * a->d + a->t * a->t;
    op->workspace_bytes = request->training ? kept(a) * sizeof(float) : 0;
    op->scratch_bytes = (request->training ? back : kept(a)) * sizeof(float);
    return op;
}
