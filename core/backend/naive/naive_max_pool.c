/* Max-pool: the largest value of each window, the first in row order on a tie; what does not fill a window is dropped,
 * and the padding never wins.
 *
 * Forward keeps which place of the window won, and backward gives it the gradient. Where windows lie side by side
 * without padding, both go place by place over a whole row of windows, so that the innermost loop runs along the row;
 * it is vectorised where the window's size is known, so the usual one, two, is spelt out. Other windows go one by one,
 * and a pixel adds up what those that it won pass on.
 */
#include "backend/naive/naive.h"

#include <string.h>

static inline void forward_row(size_t k, size_t in_width, size_t n_out, const float *restrict in, float *restrict out,
                               int32_t *restrict winner)
{
    for (size_t x = 0; x < n_out; x++) {
        out[x] = in[x * k];
        winner[x] = 0;
    }
    for (size_t place = 1; place < k * k; place++) {
        const float *from = in + place / k * in_width + place % k;
        for (size_t x = 0; x < n_out; x++) {
            int32_t more = -(from[x * k] > out[x]); /* a mask: with a condition the loop is not vectorised */
            winner[x] = (winner[x] & ~more) | ((int32_t)place & more);
            out[x] = from[x * k] > out[x] ? from[x * k] : out[x];
        }
    }
}

static inline void backward_row(size_t k, size_t in_width, size_t n_out, const float *restrict d_out,
                                const int32_t *restrict winner, float *restrict d_in)
{
    for (size_t place = 0; place < k * k; place++) {
        float *to = d_in + place / k * in_width + place % k;
        for (size_t x = 0; x < n_out; x++) {
            float d = d_out[x]; /* read in any case: with a condition the loop is not vectorised */
            to[x * k] = winner[x] == (int32_t)place ? d : 0;
        }
    }
}

static inline void forward_planes(const fl_backend_plain *p, size_t k)
{
    fl_tensor_shape in = p->in, out = p->op.out.shape;
    for (size_t row = 0; row < out.n * out.c * out.h; row++) {
        const float *from = (const float *)p->at.in[0] + (row / out.h * in.h + row % out.h * k) * in.w;
        forward_row(k, in.w, out.w, from, (float *)p->at.out + row * out.w, (int32_t *)p->at.workspace + row * out.w);
    }
}

static inline void backward_planes(const fl_backend_plain *p, size_t k)
{
    fl_tensor_shape in = p->in, out = p->op.out.shape;
    memset(p->at.d_in[0], 0, fl_tensor_shape_size(in) * sizeof(float));
    for (size_t row = 0; row < out.n * out.c * out.h; row++) {
        float *to = (float *)p->at.d_in[0] + (row / out.h * in.h + row % out.h * k) * in.w;
        backward_row(k, in.w, out.w, (const float *)p->at.d_out + row * out.w,
                     (const int32_t *)p->at.workspace + row * out.w, to);
    }
}

/* --- windows that overlap, leave gaps or reach over the edge --- */

/* The pixel of the plane that wins: the first of the largest. */
static size_t winner_of(const float *plane, size_t width, fl_naive_window seen)
{
    size_t best = seen.top * width + seen.left;
    for (size_t y = seen.top; y < seen.bottom; y++)
        for (size_t x = seen.left; x < seen.right; x++)
            if (plane[y * width + x] > plane[best]) best = y * width + x;
    return best;
}

static void forward_each(const fl_backend_plain *p)
{
    fl_tensor_shape in = p->in, out = p->op.out.shape;
    fl_layer_window window = fl_layer_window_on(&p->layer, in);
    const float *plane = p->at.in[0];
    float *to = p->at.out;
    int32_t *winner = p->at.workspace;
    for (size_t i = 0; i < in.n * in.c; i++, plane += in.h * in.w)
        for (size_t q = 0; q < out.h * out.w; q++) {
            size_t best = winner_of(plane, in.w, fl_naive_window_at(window, in, q / out.w, q % out.w));
            *winner++ = (int32_t)best;
            *to++ = plane[best];
        }
}

static void backward_each(const fl_backend_plain *p)
{
    fl_tensor_shape in = p->in, out = p->op.out.shape;
    float *plane = p->at.d_in[0];
    const float *d_out = p->at.d_out;
    const int32_t *winner = p->at.workspace;
    memset(plane, 0, fl_tensor_shape_size(in) * sizeof *plane);
    for (size_t i = 0; i < in.n * in.c; i++, plane += in.h * in.w)
        for (size_t q = 0; q < out.h * out.w; q++) plane[*winner++] += *d_out++;
}

static bool side_by_side(const fl_backend_plain *p)
{
    fl_layer_window window = fl_layer_window_on(&p->layer, p->in);
    return window.stride == window.h && !window.pad;
}

static void forward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    if (!side_by_side(p))
        forward_each(p);
    else if (p->layer.kernel == 2)
        forward_planes(p, 2);
    else
        forward_planes(p, p->layer.kernel);
}

static void backward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    if (!p->needs_d_in) return;
    if (!side_by_side(p))
        backward_each(p);
    else if (p->layer.kernel == 2)
        backward_planes(p, 2);
    else
        backward_planes(p, p->layer.kernel);
}

fl_backend_op *fl_naive_max_pool(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_new(request, "row loops", forward, backward);
    p->op.workspace_bytes = fl_tensor_shape_size(p->op.out.shape) * sizeof(int32_t);
    p->op.reads_in = p->op.reads_out = false;
    return &p->op;
}
