/* Max-pool: the largest value of each window, the first in row order on a tie; what does not fill a window is dropped.
 *
 * Forward keeps which place of the window won, and backward gives it the gradient. Both go place by place over a whole
 * row of windows, so that the innermost loop runs along the row.
 */
#include "math/naive.h"

#include <string.h>

static void forward_row(size_t k, size_t in_width, size_t n_out, const float *restrict in, float *restrict out,
                        int32_t *restrict winner)
{
    for (size_t x = 0; x < n_out; x++) {
        out[x] = in[x * k];
        winner[x] = 0;
    }
    for (size_t place = 1; place < k * k; place++) {
        const float *from = in + place / k * in_width + place % k;
        for (size_t x = 0; x < n_out; x++) {
            winner[x] = from[x * k] > out[x] ? (int32_t)place : winner[x];
            out[x] = from[x * k] > out[x] ? from[x * k] : out[x];
        }
    }
}

static void backward_row(size_t k, size_t in_width, size_t n_out, const float *restrict d_out,
                         const int32_t *restrict winner, float *restrict d_in)
{
    for (size_t place = 0; place < k * k; place++) {
        float *to = d_in + place / k * in_width + place % k;
        for (size_t x = 0; x < n_out; x++) to[x * k] = winner[x] == (int32_t)place ? d_out[x] : 0;
    }
}

static void forward(fl_op *op)
{
    fl_plain *p = (fl_plain *)op;
    fl_shape in = p->in, out = op->out.shape;
    for (size_t plane = 0; plane < in.n * in.c; plane++)
        for (size_t y = 0; y < out.h; y++) {
            size_t row = (plane * out.h + y) * out.w;
            forward_row(p->layer.kernel, in.w, out.w,
                        (const float *)p->at.in + (plane * in.h + y * p->layer.kernel) * in.w, (float *)p->at.out + row,
                        (int32_t *)p->at.workspace + row);
        }
}

static void backward(fl_op *op)
{
    fl_plain *p = (fl_plain *)op;
    fl_shape in = p->in, out = op->out.shape;
    if (!p->needs_d_in) return;
    memset(p->at.d_in, 0, fl_shape_size(in) * sizeof(float));
    for (size_t plane = 0; plane < in.n * in.c; plane++)
        for (size_t y = 0; y < out.h; y++) {
            size_t row = (plane * out.h + y) * out.w;
            backward_row(p->layer.kernel, in.w, out.w, (const float *)p->at.d_out + row,
                         (const int32_t *)p->at.workspace + row,
                         (float *)p->at.d_in + (plane * in.h + y * p->layer.kernel) * in.w);
        }
}

fl_op *fl_naive_max_pool(const fl_request *request)
{
    fl_plain *p = fl_plain_new(request, "row loops", forward, backward);
    p->op.workspace_bytes = fl_shape_size(p->op.out.shape) * sizeof(int32_t);
    return &p->op;
}
