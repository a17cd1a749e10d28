/* Average-pool: the mean of the pixels of each window that lie in the image; of a sequence the mean of its positions.
 * Sums run in double. */
#include "backend/naive/naive.h"

#include <string.h>

/* What pools see as an image: a sequence is one channel of T x D, with a window of T x 1. */
static fl_tensor_shape image_of(const fl_backend_plain *p)
{
    fl_tensor_shape in = p->in;
    if (in.form != FL_TENSOR_SEQUENCE) return in;
    return (fl_tensor_shape){ in.n, 1, in.c, in.h, FL_TENSOR_IMAGE };
}

static fl_layer_window window_of(const fl_backend_plain *p)
{
    if (p->in.form == FL_TENSOR_SEQUENCE) return (fl_layer_window){ p->in.c, 1, 1, 0 };
    return fl_layer_window_on(&p->layer, p->in);
}

static size_t size_of(fl_naive_window seen)
{
    return (seen.bottom - seen.top) * (seen.right - seen.left);
}

static float mean_of(const float *plane, size_t width, fl_naive_window seen)
{
    double total = 0;
    for (size_t y = seen.top; y < seen.bottom; y++)
        for (size_t x = seen.left; x < seen.right; x++) total += plane[y * width + x];
    return (float)(total / (double)size_of(seen));
}

static void add_to(float *plane, size_t width, fl_naive_window seen, float value)
{
    for (size_t y = seen.top; y < seen.bottom; y++)
        for (size_t x = seen.left; x < seen.right; x++) plane[y * width + x] += value;
}

/* Height and width of what comes out of one plane. */
static void plane_out(const fl_backend_plain *p, size_t *h, size_t *w)
{
    bool sequence = p->in.form == FL_TENSOR_SEQUENCE;
    *h = sequence ? 1 : p->op.out.shape.h;
    *w = sequence ? p->in.h : p->op.out.shape.w;
}

static void forward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    fl_tensor_shape in = image_of(p);
    const float *plane = p->at.in[0];
    float *out = p->at.out;
    size_t h, w;
    plane_out(p, &h, &w);
    for (size_t i = 0; i < in.n * in.c; i++, plane += in.h * in.w)
        for (size_t q = 0; q < h * w; q++)
            *out++ = mean_of(plane, in.w, fl_naive_window_at(window_of(p), in, q / w, q % w));
}

static void backward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    fl_tensor_shape in = image_of(p);
    float *plane = p->at.d_in[0];
    const float *d_out = p->at.d_out;
    size_t h, w;
    if (!p->needs_d_in) return;
    plane_out(p, &h, &w);
    memset(plane, 0, fl_tensor_shape_size(in) * sizeof *plane);
    for (size_t i = 0; i < in.n * in.c; i++, plane += in.h * in.w)
        for (size_t q = 0; q < h * w; q++) {
            fl_naive_window seen = fl_naive_window_at(window_of(p), in, q / w, q % w);
            add_to(plane, in.w, seen, *d_out++ / (float)size_of(seen));
        }
}

fl_backend_op *fl_naive_average_pool(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_new(request, "window loops", forward, backward);
    p->op.reads_in = p->op.reads_out = false;
    return &p->op;
}
