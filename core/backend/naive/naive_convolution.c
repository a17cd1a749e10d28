/* Convolution: out[n,o,y,x] = b[o] + sum over c, i, j of W[o,c,i,j] in[n,c,y s+i-pad,x s+j-pad], zero outside the
 * image, with s the stride and c the channels of o's group.
 *
 * Backward, with d the gradient at out: d_in[n,c,y s+i-pad,x s+j-pad] += W[o,c,i,j] d[n,o,y,x];
 * dW[o,c,i,j] = sum over n, y, x of d[n,o,y,x] in[n,c,y s+i-pad,x s+j-pad]; db[o] = sum over n, y, x of d[n,o,y,x].
 * All three go tap by tap (i, j) over the part of the image that the tap sees. Sums over a plane are kept per column
 * first, so that the innermost loop runs along a row; it is vectorised where the stride is known, so one is spelt out.
 */
#include "backend/naive/naive.h"

#include <string.h>

/* The outputs for which tap (i, j) lies inside the image: a rectangle, and where it begins in both planes. */
typedef struct view {
    size_t rows, columns, in, out;
} view;

/* A walk through a plane: from pixel to pixel, from row to row. */
typedef struct walk {
    size_t step, row;
} walk;

static view seen_by(const fl_backend_plain *p, size_t i, size_t j)
{
    fl_tensor_shape in = p->in, out = p->op.out.shape;
    size_t stride = p->layer.stride, pad = p->layer.pad, y, x;
    view v = { .rows = fl_naive_window_outputs(&p->layer, in.h, out.h, i, &y),
               .columns = fl_naive_window_outputs(&p->layer, in.w, out.w, j, &x) };
    if (!v.rows || !v.columns) return (view){ 0 };
    v.in = (y * stride + i - pad) * in.w + (x * stride + j - pad);
    v.out = y * out.w + x;
    return v;
}

static walk walk_in(const fl_backend_plain *p)
{
    return (walk){ p->layer.stride, p->layer.stride * p->in.w };
}

static walk walk_out(const fl_backend_plain *p)
{
    return (walk){ 1, p->op.out.shape.w };
}

static inline void add_scaled_by(view v, float scale, const float *restrict from, walk f, float *restrict to, walk t)
{
    for (size_t y = 0; y < v.rows; y++)
        for (size_t x = 0; x < v.columns; x++) to[y * t.row + x * t.step] += scale * from[y * f.row + x * f.step];
}

static void add_scaled(view v, float scale, const float *from, walk f, float *to, walk t)
{
    if (f.step == 1 && t.step == 1)
        add_scaled_by(v, scale, from, (walk){ 1, f.row }, to, (walk){ 1, t.row });
    else
        add_scaled_by(v, scale, from, f, to, t);
}

static inline void add_products_by(view v, const float *restrict a, walk wa, const float *restrict b, walk wb,
                                   float *restrict columns)
{
    for (size_t y = 0; y < v.rows; y++)
        for (size_t x = 0; x < v.columns; x++) columns[x] += a[y * wa.row + x] * b[y * wb.row + x * wb.step];
}

static void add_products(view v, const float *a, walk wa, const float *b, walk wb, float *columns)
{
    if (wb.step == 1)
        add_products_by(v, a, wa, b, (walk){ 1, wb.row }, columns);
    else
        add_products_by(v, a, wa, b, wb, columns);
}

static float sum(const float *values, size_t n)
{
    float total = 0;
    for (size_t i = 0; i < n; i++) total += values[i];
    return total;
}

/* --- channels --- */

static size_t channels_of_group(const fl_backend_plain *p)
{
    return p->in.c / p->layer.groups;
}

/* The first channel that filter `o` reads. */
static size_t first_channel(const fl_backend_plain *p, size_t o)
{
    return o / (p->layer.n_out / p->layer.groups) * channels_of_group(p);
}

/* Where the filter of output channel o for its group's channel c, and planes of channels, lie. */
static const float *filter(const fl_backend_plain *p, size_t o, size_t c)
{
    return p->at.param[0] + (o * channels_of_group(p) + c) * p->layer.kernel * p->layer.kernel;
}

static size_t in_at(const fl_backend_plain *p, size_t n, size_t o, size_t c)
{
    return (n * p->in.c + first_channel(p, o) + c) * p->in.h * p->in.w;
}

static size_t out_at(const fl_backend_plain *p, size_t n, size_t o)
{
    fl_tensor_shape out = p->op.out.shape;
    return (n * out.c + o) * out.h * out.w;
}

/* One image's channel into one of its outputs. */
static void forward_plane(const fl_backend_plain *p, const float *weights, const float *in, float *out)
{
    size_t k = p->layer.kernel;
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < k; j++) {
            view v = seen_by(p, i, j);
            add_scaled(v, weights[i * k + j], in + v.in, walk_in(p), out + v.out, walk_out(p));
        }
}

static void backward_plane(const fl_backend_plain *p, const float *weights, const float *d_out, float *d_in)
{
    size_t k = p->layer.kernel;
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < k; j++) {
            view v = seen_by(p, i, j);
            add_scaled(v, weights[i * k + j], d_out + v.out, walk_out(p), d_in + v.in, walk_in(p));
        }
}

static void forward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    const float *in = p->at.in[0];
    size_t plane = op->out.shape.h * op->out.shape.w;
    for (size_t n = 0; n < p->in.n; n++)
        for (size_t o = 0; o < p->layer.n_out; o++) {
            float *to = (float *)p->at.out + out_at(p, n, o), bias = p->layer.no_bias ? 0 : p->at.param[1][o];
            for (size_t q = 0; q < plane; q++) to[q] = bias;
            for (size_t c = 0; c < channels_of_group(p); c++)
                forward_plane(p, filter(p, o, c), in + in_at(p, n, o, c), to);
        }
}

static void backward_data(const fl_backend_plain *p)
{
    const float *d_out = p->at.d_out;
    float *d_in = p->at.d_in[0];
    memset(d_in, 0, fl_tensor_shape_size(p->in) * sizeof *d_in);
    for (size_t n = 0; n < p->in.n; n++)
        for (size_t o = 0; o < p->layer.n_out; o++)
            for (size_t c = 0; c < channels_of_group(p); c++)
                backward_plane(p, filter(p, o, c), d_out + out_at(p, n, o), d_in + in_at(p, n, o, c));
}

/* dW[o,c,i,j]: the whole batch under one tap. */
static float backward_tap(const fl_backend_plain *p, size_t o, size_t c, view v)
{
    const float *in = p->at.in[0], *d_out = p->at.d_out;
    float *columns = p->at.workspace;
    memset(columns, 0, v.columns * sizeof *columns);
    for (size_t n = 0; n < p->in.n; n++)
        add_products(v, d_out + out_at(p, n, o) + v.out, walk_out(p), in + in_at(p, n, o, c) + v.in, walk_in(p),
                     columns);
    return sum(columns, v.columns);
}

static void backward_weights(const fl_backend_plain *p)
{
    size_t k = p->layer.kernel;
    float *grad = p->at.grad[0];
    for (size_t o = 0; o < p->layer.n_out; o++)
        for (size_t c = 0; c < channels_of_group(p); c++)
            for (size_t i = 0; i < k; i++)
                for (size_t j = 0; j < k; j++) *grad++ = backward_tap(p, o, c, seen_by(p, i, j));
}

static void backward_bias(const fl_backend_plain *p)
{
    fl_tensor_shape out = p->op.out.shape;
    view whole = { .rows = out.h, .columns = out.w };
    float *columns = p->at.workspace;
    for (size_t o = 0; o < out.c; o++) {
        memset(columns, 0, out.w * sizeof *columns);
        for (size_t n = 0; n < out.n; n++)
            add_scaled(whole, 1, (const float *)p->at.d_out + out_at(p, n, o), walk_out(p), columns, (walk){ 1, 0 });
        p->at.grad[1][o] = sum(columns, out.w);
    }
}

static void backward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    if (p->at.grad[0]) backward_weights(p);
    if (p->at.grad[1]) backward_bias(p);
    if (p->needs_d_in) backward_data(p);
}

fl_backend_op *fl_naive_convolution(const fl_backend_request *request)
{
    if (request->curvature) return fl_naive_convolution_in_double(request);
    fl_backend_plain *p = fl_backend_plain_new(request, "axpy loops", forward, backward);
    p->op.workspace_bytes = p->op.out.shape.w * sizeof(float);
    p->op.reads_out = false;
    return &p->op;
}
