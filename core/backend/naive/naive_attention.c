/* Self-attention: q, k, v = x W_in^T + b_in; of each head, with d values, p = softmax(q k^T / sqrt(d)) over the
 * positions that may be seen, and p v; y = (p v of all heads) W_out^T + b_out.
 *
 * Backward of a head, with da the gradient at its p v: dv = p^T da, dp = da v^T, ds = p (dp - sum_j p_j dp_j),
 * dq = ds k / sqrt(d), dk = ds^T q / sqrt(d).
 */
#include "backend/naive/naive.h"
#include "base/exact.h"

#include <math.h>
#include <string.h>

enum { IN_WEIGHT, IN_BIAS, OUT_WEIGHT, OUT_BIAS };
enum { Q, K, V };

typedef struct attention {
    fl_backend_plain plain;         /* first: a pointer to the op is a pointer to this */
    size_t n, t, d, heads, of_head; /* examples, positions, values of a position, heads, values of a head */
    float scale;                    /* 1 / sqrt(of_head) */
    float *qkv, *p, *mixed;         /* the workspace: n x t x 3d; n x heads x t x t; n x t x d, p v of all heads */
    float *d_qkv, *d_mixed, *s, *transposed; /* the scratch; s: t doubles, or t x t floats */
    double *powers;
} attention;

static float *projection(const attention *a, float *of_all, int which, size_t n, size_t head)
{
    return of_all + n * a->t * FL_LAYER_PROJECTIONS * a->d + (size_t)which * a->d + head * a->of_head;
}

static float *probabilities(const attention *a, size_t n, size_t head)
{
    return a->p + (n * a->heads + head) * a->t * a->t;
}

/* Positions that position t sees are 0..seen-1. */
static size_t seen_by(const attention *a, size_t t)
{
    return a->plain.layer.acausal ? a->t : t + 1;
}

static float dot(const float *a, const float *b, size_t n)
{
    double total = 0;
    for (size_t i = 0; i < n; i++) total += (double)a[i] * b[i];
    return (float)total;
}

static void add_scaled(float scale, const float *restrict from, size_t n, float *restrict to)
{
    for (size_t i = 0; i < n; i++) to[i] += scale * from[i];
}

/* --- forward --- */

/* scores become their softmax; the largest is subtracted first, so that no exponential overflows. */
static void softmax(float *scores, size_t n, double *powers)
{
    double total = 0, largest = scores[0];
    for (size_t i = 1; i < n; i++) largest = scores[i] > largest ? scores[i] : largest;
    for (size_t i = 0; i < n; i++) powers[i] = scores[i] - largest;
    fl_exact_exp_each(powers, n);
    for (size_t i = 0; i < n; i++) total += powers[i];
    for (size_t i = 0; i < n; i++) scores[i] = (float)(powers[i] / total);
}

static void forward_position(const attention *a, size_t n, size_t head, size_t t)
{
    size_t row = FL_LAYER_PROJECTIONS * a->d, seen = seen_by(a, t);
    const float *q = projection(a, a->qkv, Q, n, head) + t * row, *k = projection(a, a->qkv, K, n, head);
    const float *v = projection(a, a->qkv, V, n, head);
    float *p = probabilities(a, n, head) + t * a->t;
    float *mixed = a->mixed + (n * a->t + t) * a->d + head * a->of_head;
    for (size_t s = 0; s < seen; s++) p[s] = dot(q, k + s * row, a->of_head) * a->scale;
    softmax(p, seen, a->powers);
    memset(mixed, 0, a->of_head * sizeof *mixed);
    fl_naive_adder_of (&a->plain)(1, a->of_head, seen, (fl_naive_factor){ p, 0, 1 }, v, row, mixed, 0);
}

static fl_naive_linear into(const attention *a)
{
    return (fl_naive_linear){ a->n * a->t, a->d, FL_LAYER_PROJECTIONS * a->d, 1, fl_naive_adder_of(&a->plain) };
}

static fl_naive_linear out_of(const attention *a)
{
    return (fl_naive_linear){ a->n * a->t, a->d, a->d, 1, fl_naive_adder_of(&a->plain) };
}

static void forward(fl_backend_op *op)
{
    attention *a = (attention *)op;
    const fl_backend_buffers *at = &a->plain.at;
    fl_naive_linear_forward(into(a), at->in[0], at->param[IN_WEIGHT], at->param[IN_BIAS], a->transposed, a->qkv);
    for (size_t n = 0; n < a->n; n++)
        for (size_t head = 0; head < a->heads; head++)
            for (size_t t = 0; t < a->t; t++) forward_position(a, n, head, t);
    fl_naive_linear_forward(out_of(a), a->mixed, at->param[OUT_WEIGHT], at->param[OUT_BIAS], a->transposed, at->out);
}

/* --- backward --- */

static void backward_position(const attention *a, size_t n, size_t head, size_t t)
{
    size_t row = FL_LAYER_PROJECTIONS * a->d, seen = seen_by(a, t), d = a->of_head;
    const float *q = projection(a, a->qkv, Q, n, head) + t * row, *k = projection(a, a->qkv, K, n, head);
    const float *v = projection(a, a->qkv, V, n, head), *p = probabilities(a, n, head) + t * a->t;
    const float *d_mixed = a->d_mixed + (n * a->t + t) * a->d + head * d;
    float *d_q = projection(a, a->d_qkv, Q, n, head) + t * row, *d_k = projection(a, a->d_qkv, K, n, head);
    float *d_v = projection(a, a->d_qkv, V, n, head), *d_p = a->s;
    for (size_t s = 0; s < seen; s++) d_p[s] = dot(d_mixed, v + s * row, d);
    float mean = dot(p, d_p, seen);
    for (size_t s = 0; s < seen; s++) {
        float d_score = p[s] * (d_p[s] - mean) * a->scale;
        add_scaled(p[s], d_mixed, d, d_v + s * row);
        add_scaled(d_score, k + s * row, d, d_q);
        add_scaled(d_score, q, d, d_k + s * row);
    }
}

static void backward(fl_backend_op *op)
{
    attention *a = (attention *)op;
    const fl_backend_buffers *at = &a->plain.at;
    fl_naive_linear_backward(out_of(a), a->mixed, at->param[OUT_WEIGHT], at->d_out, at->grad[OUT_WEIGHT],
                             at->grad[OUT_BIAS], a->d_mixed);
    memset(a->d_qkv, 0, a->n * a->t * FL_LAYER_PROJECTIONS * a->d * sizeof *a->d_qkv);
    for (size_t n = 0; n < a->n; n++)
        for (size_t head = 0; head < a->heads; head++)
            for (size_t t = 0; t < a->t; t++) backward_position(a, n, head, t);
    fl_naive_linear_backward(into(a), at->in[0], at->param[IN_WEIGHT], a->d_qkv, at->grad[IN_WEIGHT], at->grad[IN_BIAS],
                             a->plain.needs_d_in ? at->d_in[0] : NULL);
}

/* --- memory --- */

static void bind(fl_backend_op *op, const fl_backend_buffers *buffers)
{
    attention *a = (attention *)op;
    size_t values = a->n * a->t * a->d;
    a->plain.at = *buffers;
    a->qkv = buffers->workspace;
    a->mixed = a->qkv + FL_LAYER_PROJECTIONS * values;
    a->p = a->mixed + values;
    a->powers = buffers->scratch;
    a->s = (float *)(a->powers + a->t);
    a->d_qkv = a->transposed = a->s + a->t; /* never needed at once */
    a->d_mixed = a->d_qkv + FL_LAYER_PROJECTIONS * values;
}

fl_backend_op *fl_naive_attention(const fl_backend_request *request)
{
    const char *loops = request->curvature ? "double sums" : "position loops";
    fl_backend_plain *p = fl_backend_plain_sized(sizeof(attention), request, loops, forward, backward);
    attention *a = (attention *)p;
    a->n = p->in.n, a->t = p->in.c, a->d = p->in.h, a->heads = p->layer.heads;
    a->of_head = a->d / a->heads;
    a->scale = (float)(1 / sqrt((double)a->of_head));
    size_t values = a->n * a->t * a->d, weights = FL_LAYER_PROJECTIONS * a->d * a->d,
           gradients = (FL_LAYER_PROJECTIONS + 1) * values;
    p->op.workspace_bytes = ((FL_LAYER_PROJECTIONS + 1) * values + a->n * a->heads * a->t * a->t) * sizeof(float);
    p->op.scratch_bytes =
        a->t * (sizeof(double) + sizeof(float)) + (gradients > weights ? gradients : weights) * sizeof(float);
    p->op.reads_out = false;
    p->op.bind = bind;
    return &p->op;
}
