/* Convolution: out[n,o,y,x] = b[o] + sum over c, i, j of W[o,c,i,j] in[n,c,y+i-pad,x+j-pad], zero outside the image.
 *
 * Backward, with d the gradient at out: d_in[n,c,y+i-pad,x+j-pad] += W[o,c,i,j] d[n,o,y,x];
 * dW[o,c,i,j] = sum over n, y, x of d[n,o,y,x] in[n,c,y+i-pad,x+j-pad]; db[o] = sum over n, y, x of d[n,o,y,x].
 * All three go tap by tap (i, j) over the part of the image that the tap sees. Sums over a plane are kept per column
 * first, so that the innermost loop runs along a row.
 */
#include "backend/naive/naive.h"

#include <string.h>

/* The outputs for which tap (i, j) lies inside the image: a rectangle, and where it begins in both planes. */
typedef struct view {
    size_t rows, columns, in, out;
} view;

/* Outputs `first`.. `end`-1 of a side see the image under `tap`. */
static size_t span(size_t n_in, size_t n_out, size_t pad, size_t tap, size_t *first)
{
    *first = tap < pad ? pad - tap : 0;
    size_t end = tap < n_in + pad ? n_in + pad - tap : 0;
    if (end > n_out) end = n_out;
    return end > *first ? end - *first : 0;
}

static view seen_by(const fl_backend_plain *p, size_t i, size_t j)
{
    fl_tensor_shape in = p->in, out = p->op.out.shape;
    size_t pad = p->layer.pad, y, x;
    view v = { .rows = span(in.h, out.h, pad, i, &y), .columns = span(in.w, out.w, pad, j, &x) };
    if (!v.rows || !v.columns) return (view){ 0 };
    v.in = (y + i - pad) * in.w + (x + j - pad);
    v.out = y * out.w + x;
    return v;
}

static void add_scaled(view v, float scale, const float *restrict from, size_t from_width, float *restrict to,
                       size_t to_width)
{
    for (size_t y = 0; y < v.rows; y++)
        for (size_t x = 0; x < v.columns; x++) to[y * to_width + x] += scale * from[y * from_width + x];
}

static void add_products(view v, const float *restrict a, size_t a_width, const float *restrict b, size_t b_width,
                         float *restrict columns)
{
    for (size_t y = 0; y < v.rows; y++)
        for (size_t x = 0; x < v.columns; x++) columns[x] += a[y * a_width + x] * b[y * b_width + x];
}

static float sum(const float *values, size_t n)
{
    float total = 0;
    for (size_t i = 0; i < n; i++) total += values[i];
    return total;
}

static const float *filter(const fl_backend_plain *p, size_t o, size_t c)
{
    return p->at.param[0] + (o * p->in.c + c) * p->layer.kernel * p->layer.kernel;
}

/* One image's channel into one of its outputs. */
static void forward_plane(const fl_backend_plain *p, const float *weights, const float *in, float *out)
{
    size_t k = p->layer.kernel;
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < k; j++) {
            view v = seen_by(p, i, j);
            add_scaled(v, weights[i * k + j], in + v.in, p->in.w, out + v.out, p->op.out.shape.w);
        }
}

static void backward_plane(const fl_backend_plain *p, const float *weights, const float *d_out, float *d_in)
{
    size_t k = p->layer.kernel;
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < k; j++) {
            view v = seen_by(p, i, j);
            add_scaled(v, weights[i * k + j], d_out + v.out, p->op.out.shape.w, d_in + v.in, p->in.w);
        }
}

static void forward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    fl_tensor_shape in = p->in, out = op->out.shape;
    size_t in_plane = in.h * in.w, out_plane = out.h * out.w;
    for (size_t n = 0; n < in.n; n++)
        for (size_t o = 0; o < out.c; o++) {
            float *to = (float *)p->at.out + (n * out.c + o) * out_plane;
            for (size_t q = 0; q < out_plane; q++) to[q] = p->at.param[1][o];
            for (size_t c = 0; c < in.c; c++)
                forward_plane(p, filter(p, o, c), (const float *)p->at.in[0] + (n * in.c + c) * in_plane, to);
        }
}

static void backward_data(const fl_backend_plain *p)
{
    fl_tensor_shape in = p->in, out = p->op.out.shape;
    size_t in_plane = in.h * in.w, out_plane = out.h * out.w;
    memset(p->at.d_in[0], 0, fl_tensor_shape_size(in) * sizeof(float));
    for (size_t n = 0; n < in.n; n++)
        for (size_t o = 0; o < out.c; o++)
            for (size_t c = 0; c < in.c; c++)
                backward_plane(p, filter(p, o, c), (const float *)p->at.d_out + (n * out.c + o) * out_plane,
                               (float *)p->at.d_in[0] + (n * in.c + c) * in_plane);
}

/* dW[o,c,i,j]: the whole batch under one tap. */
static float backward_tap(const fl_backend_plain *p, size_t o, size_t c, view v)
{
    fl_tensor_shape in = p->in, out = p->op.out.shape;
    const float *images = (const float *)p->at.in[0] + c * in.h * in.w + v.in;
    const float *d_out = (const float *)p->at.d_out + o * out.h * out.w + v.out;
    float *columns = p->at.workspace;
    memset(columns, 0, v.columns * sizeof *columns);
    for (size_t n = 0; n < in.n; n++)
        add_products(v, d_out + n * out.c * out.h * out.w, out.w, images + n * in.c * in.h * in.w, in.w, columns);
    return sum(columns, v.columns);
}

static void backward_weights(const fl_backend_plain *p)
{
    size_t k = p->layer.kernel;
    float *grad = p->at.grad[0];
    for (size_t o = 0; o < p->layer.n_out; o++)
        for (size_t c = 0; c < p->in.c; c++)
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
            add_scaled(whole, 1, (const float *)p->at.d_out + (n * out.c + o) * out.h * out.w, out.w, columns, 0);
        p->at.grad[1][o] = sum(columns, out.w);
    }
}

static void backward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    backward_weights(p);
    backward_bias(p);
    if (p->needs_d_in) backward_data(p);
}

fl_backend_op *fl_naive_convolution(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_new(request, "axpy loops", forward, backward);
    p->op.workspace_bytes = p->op.out.shape.w * sizeof(float);
    p->op.reads_out = false;
    return &p->op;
}
