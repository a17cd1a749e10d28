/* Convolution for curvatures: the formulas of naive_convolution.c with their sums in double, each rounded once. In
 * floats a sum over many channels would be wrong by more than a product with the Hessian may be.
 *
 * A sum of a whole row of numbers, one for each pixel of the row, goes channel by channel and number by number of the
 * filter, so that the innermost loop runs along the row.
 */
#include "backend/naive/naive.h"
#include "base/clones.h"

#include <string.h>

/* The outputs of a row that see number j of a filter's row inside the image: `n` from `out` on, the first of which sees
 * pixel `in`. */
typedef struct seen {
    size_t n, in, out;
} seen;

static seen seen_by(const fl_backend_plain *p, size_t j)
{
    seen s = { 0 };
    s.n = fl_naive_window_outputs(&p->layer, p->in.w, p->op.out.shape.w, j, &s.out);
    if (!s.n) return (seen){ 0 };
    s.in = s.out * p->layer.stride + j - p->layer.pad;
    return s;
}

FL_CLONES static void add_scaled(size_t n, double scale, const float *restrict from, size_t from_step,
                                 double *restrict to, size_t to_step)
{
    if (from_step == 1 && to_step == 1)
        for (size_t x = 0; x < n; x++) to[x] += scale * from[x];
    else
        for (size_t x = 0; x < n; x++) to[x * to_step] += scale * from[x * from_step];
}

FL_CLONES static void add_products(size_t n, const float *restrict a, const float *restrict b, size_t b_step,
                                   double *restrict to)
{
    if (b_step == 1)
        for (size_t x = 0; x < n; x++) to[x] += (double)a[x] * b[x];
    else
        for (size_t x = 0; x < n; x++) to[x] += (double)a[x] * b[x * b_step];
}

static void write_row(size_t n, const double *totals, float *to)
{
    for (size_t x = 0; x < n; x++) to[x] = (float)totals[x];
}

/* --- channels --- */

static size_t channels_of_group(const fl_backend_plain *p)
{
    return p->in.c / p->layer.groups;
}

static size_t outputs_of_group(const fl_backend_plain *p)
{
    return p->layer.n_out / p->layer.groups;
}

/* The filter of output channel o for its group's channel c, row i of it. */
static size_t filter_at(const fl_backend_plain *p, size_t o, size_t c, size_t i)
{
    return ((o * channels_of_group(p) + c) * p->layer.kernel + i) * p->layer.kernel;
}

static const float *in_row(const fl_backend_plain *p, size_t n, size_t c, size_t y)
{
    return (const float *)p->at.in[0] + ((n * p->in.c + c) * p->in.h + y) * p->in.w;
}

static size_t out_row(const fl_backend_plain *p, size_t n, size_t o, size_t y)
{
    fl_tensor_shape out = p->op.out.shape;
    return ((n * out.c + o) * out.h + y) * out.w;
}

/* --- forward --- */

/* Output row y under row i of the filter; `y` and `i` meet at an image row, if there is one. */
static void add_forward(const fl_backend_plain *p, size_t n, size_t o, size_t y, size_t i, double *totals)
{
    size_t stride = p->layer.stride, row = y * stride + i - p->layer.pad; /* above the image: a huge number */
    if (row >= p->in.h) return;
    for (size_t c = 0; c < channels_of_group(p); c++) {
        const float *weights = p->at.param[0] + filter_at(p, o, c, i);
        const float *in = in_row(p, n, o / outputs_of_group(p) * channels_of_group(p) + c, row);
        for (size_t j = 0; j < p->layer.kernel; j++) {
            seen s = seen_by(p, j);
            add_scaled(s.n, weights[j], in + s.in, stride, totals + s.out, 1);
        }
    }
}

static void forward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    fl_tensor_shape out = op->out.shape;
    double *totals = p->at.scratch;
    for (size_t n = 0; n < out.n; n++)
        for (size_t o = 0; o < out.c; o++)
            for (size_t y = 0; y < out.h; y++) {
                for (size_t x = 0; x < out.w; x++) totals[x] = p->layer.no_bias ? 0 : p->at.param[1][o];
                for (size_t i = 0; i < p->layer.kernel; i++) add_forward(p, n, o, y, i, totals);
                write_row(out.w, totals, (float *)p->at.out + out_row(p, n, o, y));
            }
}

/* --- backward --- */

/* Input row `row` of channel c, from the output rows that see it by row i of their filters. */
static void add_backward(const fl_backend_plain *p, size_t n, size_t c, size_t row, size_t i, double *totals)
{
    size_t stride = p->layer.stride, place = row + p->layer.pad - i, group = c / channels_of_group(p);
    if (row + p->layer.pad < i || place % stride || place / stride >= p->op.out.shape.h) return;
    for (size_t k = 0; k < outputs_of_group(p); k++) {
        size_t o = group * outputs_of_group(p) + k;
        const float *weights = p->at.param[0] + filter_at(p, o, c % channels_of_group(p), i);
        const float *d_out = (const float *)p->at.d_out + out_row(p, n, o, place / stride);
        for (size_t j = 0; j < p->layer.kernel; j++) {
            seen s = seen_by(p, j);
            add_scaled(s.n, weights[j], d_out + s.out, 1, totals + s.in, stride);
        }
    }
}

static void backward_data(const fl_backend_plain *p)
{
    double *totals = p->at.scratch;
    float *d_in = p->at.d_in[0];
    for (size_t n = 0; n < p->in.n; n++)
        for (size_t c = 0; c < p->in.c; c++)
            for (size_t y = 0; y < p->in.h; y++, d_in += p->in.w) {
                memset(totals, 0, p->in.w * sizeof *totals);
                for (size_t i = 0; i < p->layer.kernel; i++) add_backward(p, n, c, y, i, totals);
                write_row(p->in.w, totals, d_in);
            }
}

static double sum(const double *totals, size_t n)
{
    double total = 0;
    for (size_t x = 0; x < n; x++) total += totals[x];
    return total;
}

/* dW[o,c,i,j]: the whole batch. */
static float backward_weight(const fl_backend_plain *p, size_t o, size_t c, size_t i, size_t j)
{
    double *totals = p->at.scratch;
    seen s = seen_by(p, j);
    size_t first, rows = fl_naive_window_outputs(&p->layer, p->in.h, p->op.out.shape.h, i, &first);
    memset(totals, 0, p->op.out.shape.w * sizeof *totals);
    for (size_t n = 0; n < p->in.n; n++)
        for (size_t y = first; y < first + rows; y++) {
            const float *in = in_row(p, n, o / outputs_of_group(p) * channels_of_group(p) + c,
                                     y * p->layer.stride + i - p->layer.pad);
            add_products(s.n, (const float *)p->at.d_out + out_row(p, n, o, y) + s.out, in + s.in, p->layer.stride,
                         totals);
        }
    return (float)sum(totals, s.n);
}

static void backward_weights(const fl_backend_plain *p)
{
    size_t k = p->layer.kernel;
    for (size_t o = 0; o < p->layer.n_out; o++)
        for (size_t c = 0; c < channels_of_group(p); c++)
            for (size_t i = 0; i < k; i++)
                for (size_t j = 0; j < k; j++)
                    p->at.grad[0][filter_at(p, o, c, i) + j] = backward_weight(p, o, c, i, j);
}

static void backward_bias(const fl_backend_plain *p)
{
    fl_tensor_shape out = p->op.out.shape;
    for (size_t o = 0; o < out.c; o++) {
        double total = 0;
        for (size_t n = 0; n < out.n; n++)
            for (size_t q = 0; q < out.h * out.w; q++) total += ((const float *)p->at.d_out)[out_row(p, n, o, 0) + q];
        p->at.grad[1][o] = (float)total;
    }
}

static void backward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    if (p->at.grad[0]) backward_weights(p);
    if (p->at.grad[1]) backward_bias(p);
    if (p->needs_d_in) backward_data(p);
}

fl_backend_op *fl_naive_convolution_in_double(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_new(request, "double sums", forward, backward);
    size_t in = p->in.w, out = p->op.out.shape.w;
    p->op.scratch_bytes = (in > out ? in : out) * sizeof(double);
    p->op.reads_out = false;
    return &p->op;
}
