/* Tangents of self-attention: q, k, v = x W^T + b; of each head P = softmax(S), S = q k^T / sqrt(values of a head),
 * over the positions seen; m = P v of all heads; y = m W_o^T + b_o.
 *
 *   R{P} = P (R{S} - sum_j P_j R{S_j}),  R{m} = R{P} v + P R{v}
 *   with D = dm v^T less its mean by P in each row, dS = P D and
 *   R{dS} = R{P} D + P (R{dP} - sum_j (R{P_j} D_j + P_j R{dP_j})):
 *   R{dv} = R{P}^T dm + P^T R{dm},  R{dq} = R{dS} k + dS R{k},  R{dk} = R{dS}^T q + dS^T R{q}, both / sqrt(...)
 *
 * What loses its mean first loses its number at the largest P, of which only what the mean of the others leaves
 * remains (fl_backend_rows_softmax_along).
 */
#include "backend/rows.h"
#include "backend/tangent_kinds.h"
#include "backend/vector.h"

#include <math.h>
#include <string.h>

enum { Q, K, V };
enum { IN_WEIGHT, IN_BIAS, OUT_WEIGHT, OUT_BIAS };

typedef struct sizes {
    size_t n, t, d, wide, rows, heads, of_head, square; /* wide: 3 d; rows: n t; square: t t */
    float scale;
} sizes;

typedef struct parts {
    float *qkv, *r_qkv, *d_qkv, *r_d_qkv; /* rows x wide */
    float *m, *r_m, *d_m, *r_d_m;         /* rows x d */
    float *p, *r_p;                       /* n x heads x t x t */
    float *d_s, *r_d_s;                   /* t x t */
} parts;

static sizes sizes_of(const fl_backend_tangent *t)
{
    sizes s = { .n = t->in.n, .t = t->in.c, .d = t->in.h, .heads = t->layer->heads };
    s.wide = FL_LAYER_PROJECTIONS * s.d;
    s.rows = s.n * s.t;
    s.of_head = s.d / s.heads;
    s.square = s.t * s.t;
    s.scale = (float)(1 / sqrt((double)s.of_head));
    return s;
}

static size_t workspace_bytes(const fl_backend_tangent *t)
{
    sizes s = sizes_of(t);
    return (4 * s.rows * (s.wide + s.d) + 2 * (s.n * s.heads + 1) * s.square) * sizeof(float);
}

static parts parts_of(const fl_backend_tangent *t)
{
    sizes s = sizes_of(t);
    parts p;
    float *at = t->workspace, **const wide[] = { &p.qkv, &p.r_qkv, &p.d_qkv, &p.r_d_qkv };
    float **const narrow[] = { &p.m, &p.r_m, &p.d_m, &p.r_d_m }, **const one[] = { &p.d_s, &p.r_d_s };
    for (size_t i = 0; i < 4; i++, at += s.rows * s.wide) *wide[i] = at;
    for (size_t i = 0; i < 4; i++, at += s.rows * s.d) *narrow[i] = at;
    for (size_t i = 0; i < 2; i++, at += s.square) *one[i] = at;
    p.p = at;
    p.r_p = at + s.n * s.heads * s.square;
    return p;
}

/* --- products --- */

static fl_backend_matrix rows_of(const float *at, size_t step)
{
    return (fl_backend_matrix){ at, step, false };
}

static fl_backend_matrix turned(const float *at, size_t step)
{
    return (fl_backend_matrix){ at, step, true };
}

/* y (+)= x W^T with W n_out x d; d_x (+)= d_y W; gradient (+)= d_y^T x. */
static void dense(const fl_backend_tangent *t, const float *x, const float *weight, size_t n_out, float *y)
{
    size_t d = t->in.h;
    t->product(t->in.n * t->in.c, n_out, d, 1, rows_of(x, d), turned(weight, d), 1, y, n_out);
}

static void dense_back(const fl_backend_tangent *t, const float *d_y, const float *weight, size_t n_out, bool adds,
                       float *d_x)
{
    size_t d = t->in.h;
    t->product(t->in.n * t->in.c, d, n_out, 1, rows_of(d_y, n_out), rows_of(weight, d), adds, d_x, d);
}

static void dense_gradient(const fl_backend_tangent *t, const float *d_y, const float *x, size_t n_out, bool adds,
                           float *gradient)
{
    size_t d = t->in.h;
    t->product(n_out, d, t->in.n * t->in.c, 1, turned(d_y, n_out), rows_of(x, d), adds, gradient, d);
}

/* Where one head of one example has its columns. */
typedef struct head {
    size_t qkv[FL_LAYER_PROJECTIONS], m, p;
} head;

static head head_of(sizes s, size_t i)
{
    size_t n = i / s.heads, column = i % s.heads * s.of_head, first = n * s.t * s.wide + column;
    return (head){ { first, first + s.d, first + 2 * s.d }, n * s.t * s.d + column, i * s.square };
}

/* c (t x t) (+)= factor a b^T of two heads' columns. */
static void scores(const fl_backend_tangent *t, sizes s, float factor, const float *a, size_t a_step, const float *b,
                   bool adds, float *c)
{
    t->product(s.t, s.t, s.of_head, factor, rows_of(a, a_step), turned(b, s.wide), adds, c, s.t);
}

/* columns (+)= factor P columns, or P^T columns. */
static void mix(const fl_backend_tangent *t, sizes s, float factor, fl_backend_matrix p, const float *from,
                size_t from_step, bool adds, float *to, size_t to_step)
{
    t->product(s.t, s.of_head, s.t, factor, p, rows_of(from, from_step), adds, to, to_step);
}

static size_t seen(const fl_backend_tangent *t, size_t position)
{
    return t->layer->acausal ? t->in.c : position + 1;
}

/* --- the point --- */

static void point(const fl_backend_tangent *t)
{
    sizes s = sizes_of(t);
    parts p = parts_of(t);
    fl_backend_rows_repeat(t->param[IN_BIAS], s.wide, p.qkv, s.rows);
    dense(t, t->x, t->param[IN_WEIGHT], s.wide, p.qkv);
    for (size_t i = 0; i < s.n * s.heads; i++) {
        head h = head_of(s, i);
        float *weights = p.p + h.p;
        scores(t, s, s.scale, p.qkv + h.qkv[Q], s.wide, p.qkv + h.qkv[K], false, weights);
        for (size_t r = 0; r < s.t; r++) {
            fl_backend_rows_softmax(weights + r * s.t, seen(t, r));
            memset(weights + r * s.t + seen(t, r), 0, (s.t - seen(t, r)) * sizeof *weights);
        }
        mix(t, s, 1, rows_of(weights, s.t), p.qkv + h.qkv[V], s.wide, false, p.m + h.m, s.d);
    }
}

/* --- forward --- */

/* By rows of P, R{S} becomes R{P}; and R{dP} what P (R{dP} - its mean by P) is. */
static void apply_softmax(sizes s, const float *p, float *r)
{
    for (size_t i = 0; i < s.square; i += s.t) fl_backend_rows_softmax_along(p + i, r + i, s.t, 1, r + i);
}

static void forward_head(const fl_backend_tangent *t, sizes s, const parts *p, size_t i)
{
    head h = head_of(s, i);
    float *r_p = p->r_p + h.p;
    scores(t, s, s.scale, p->r_qkv + h.qkv[Q], s.wide, p->qkv + h.qkv[K], false, r_p);
    scores(t, s, s.scale, p->qkv + h.qkv[Q], s.wide, p->r_qkv + h.qkv[K], true, r_p);
    apply_softmax(s, p->p + h.p, r_p);
    mix(t, s, 1, rows_of(r_p, s.t), p->qkv + h.qkv[V], s.wide, false, p->r_m + h.m, s.d);
    mix(t, s, 1, rows_of(p->p + h.p, s.t), p->r_qkv + h.qkv[V], s.wide, true, p->r_m + h.m, s.d);
}

static void forward(const fl_backend_tangent *t)
{
    sizes s = sizes_of(t);
    parts p = parts_of(t);
    fl_backend_rows_repeat(t->v[IN_BIAS], s.wide, p.r_qkv, s.rows);
    dense(t, t->x, t->v[IN_WEIGHT], s.wide, p.r_qkv);
    dense(t, t->r_x, t->param[IN_WEIGHT], s.wide, p.r_qkv);
    for (size_t i = 0; i < s.n * s.heads; i++) forward_head(t, s, &p, i);
    fl_backend_rows_repeat(t->v[OUT_BIAS], s.d, t->r_y, s.rows);
    dense(t, p.m, t->v[OUT_WEIGHT], s.d, t->r_y);
    dense(t, p.r_m, t->param[OUT_WEIGHT], s.d, t->r_y);
}

/* --- backward --- */

/* dP becomes dS, R{dP} becomes R{dS}. */
static void second_rows(sizes s, const float *p, const float *r_p, float *d_s, float *r_d_s)
{
    for (size_t r = 0; r < s.t; r++, p += s.t, r_p += s.t, d_s += s.t, r_d_s += s.t) {
        size_t top = fl_backend_vector_place(p, s.t);
        float there = d_s[top], r_there = r_d_s[top], mean = 0, r_mean = 0;
        for (size_t j = 0; j < s.t; j++) mean += p[j] * (d_s[j] - there);
        for (size_t j = 0; j < s.t; j++) r_mean += r_p[j] * (d_s[j] - there - mean) + p[j] * (r_d_s[j] - r_there);
        for (size_t j = 0; j < s.t; j++) {
            float d = d_s[j] - there - mean;
            r_d_s[j] = r_p[j] * d + p[j] * (r_d_s[j] - r_there - r_mean);
            d_s[j] = p[j] * d;
        }
    }
}

static void first_head(const fl_backend_tangent *t, sizes s, const parts *p, head h)
{
    float *to = p->r_d_qkv;
    scores(t, s, 1, p->r_d_m + h.m, s.d, p->qkv + h.qkv[V], false, p->r_d_s);
    apply_softmax(s, p->p + h.p, p->r_d_s);
    mix(t, s, 1, turned(p->p + h.p, s.t), p->r_d_m + h.m, s.d, false, to + h.qkv[V], s.wide);
    mix(t, s, s.scale, rows_of(p->r_d_s, s.t), p->qkv + h.qkv[K], s.wide, false, to + h.qkv[Q], s.wide);
    mix(t, s, s.scale, turned(p->r_d_s, s.t), p->qkv + h.qkv[Q], s.wide, false, to + h.qkv[K], s.wide);
}

/* d_qkv of the gradient that is kept, and the tangent of all. */
static void second_head(const fl_backend_tangent *t, sizes s, const parts *p, head h)
{
    const float *weights = p->p + h.p, *r_weights = p->r_p + h.p, *d_m = p->d_m + h.m;
    float *d = p->d_qkv, *to = p->r_d_qkv;
    scores(t, s, 1, d_m, s.d, p->qkv + h.qkv[V], false, p->d_s);
    scores(t, s, 1, p->r_d_m + h.m, s.d, p->qkv + h.qkv[V], false, p->r_d_s);
    scores(t, s, 1, d_m, s.d, p->r_qkv + h.qkv[V], true, p->r_d_s);
    second_rows(s, weights, r_weights, p->d_s, p->r_d_s);
    mix(t, s, 1, turned(weights, s.t), d_m, s.d, false, d + h.qkv[V], s.wide);
    mix(t, s, s.scale, rows_of(p->d_s, s.t), p->qkv + h.qkv[K], s.wide, false, d + h.qkv[Q], s.wide);
    mix(t, s, s.scale, turned(p->d_s, s.t), p->qkv + h.qkv[Q], s.wide, false, d + h.qkv[K], s.wide);
    mix(t, s, 1, turned(weights, s.t), p->r_d_m + h.m, s.d, false, to + h.qkv[V], s.wide);
    mix(t, s, 1, turned(r_weights, s.t), d_m, s.d, true, to + h.qkv[V], s.wide);
    mix(t, s, s.scale, rows_of(p->r_d_s, s.t), p->qkv + h.qkv[K], s.wide, false, to + h.qkv[Q], s.wide);
    mix(t, s, s.scale, rows_of(p->d_s, s.t), p->r_qkv + h.qkv[K], s.wide, true, to + h.qkv[Q], s.wide);
    mix(t, s, s.scale, turned(p->r_d_s, s.t), p->qkv + h.qkv[Q], s.wide, false, to + h.qkv[K], s.wide);
    mix(t, s, s.scale, turned(p->d_s, s.t), p->r_qkv + h.qkv[Q], s.wide, true, to + h.qkv[K], s.wide);
}

/* Terms with dy. */
static void add_second(const fl_backend_tangent *t, sizes s, const parts *p)
{
    dense_gradient(t, t->d_y, p->r_m, s.d, true, t->r_grad[OUT_WEIGHT]);
    dense_gradient(t, p->d_qkv, t->r_x, s.wide, true, t->r_grad[IN_WEIGHT]);
    if (t->r_d_x) dense_back(t, p->d_qkv, t->v[IN_WEIGHT], s.wide, true, t->r_d_x);
}

static void backward(const fl_backend_tangent *t)
{
    sizes s = sizes_of(t);
    parts p = parts_of(t);
    dense_back(t, t->r_d_y, t->param[OUT_WEIGHT], s.d, false, p.r_d_m);
    if (t->second) dense_back(t, t->d_y, t->v[OUT_WEIGHT], s.d, true, p.r_d_m);
    if (t->second) dense_back(t, t->d_y, t->param[OUT_WEIGHT], s.d, false, p.d_m);
    for (size_t i = 0; i < s.n * s.heads; i++) (t->second ? second_head : first_head)(t, s, &p, head_of(s, i));
    dense_gradient(t, t->r_d_y, p.m, s.d, false, t->r_grad[OUT_WEIGHT]);
    dense_gradient(t, p.r_d_qkv, t->x, s.wide, false, t->r_grad[IN_WEIGHT]);
    fl_backend_rows_sum(t->r_d_y, s.rows, s.d, t->r_grad[OUT_BIAS]);
    fl_backend_rows_sum(p.r_d_qkv, s.rows, s.wide, t->r_grad[IN_BIAS]);
    if (t->r_d_x) dense_back(t, p.r_d_qkv, t->param[IN_WEIGHT], s.wide, false, t->r_d_x);
    if (t->second) add_second(t, s, &p);
}

/* q, k, v, and the last. */
static fl_backend_linear linear(const fl_backend_tangent *t, size_t index)
{
    sizes s = sizes_of(t);
    parts p = parts_of(t);
    if (index == FL_LAYER_PROJECTIONS)
        return (fl_backend_linear){ OUT_WEIGHT, 0, s.rows, s.d, s.d, s.d, s.d, p.m, t->r_d_y };
    size_t column = index * s.d;
    return (fl_backend_linear){ IN_WEIGHT, column, s.rows, s.d, s.d, s.d, s.wide, t->x, p.r_d_qkv + column };
}

const fl_backend_tangent_code fl_backend_tangent_attention = {
    .workspace_bytes = workspace_bytes,
    .point = point,
    .forward = forward,
    .backward = backward,
    .n_linear = FL_LAYER_PROJECTIONS + 1,
    .linear = linear,
};
