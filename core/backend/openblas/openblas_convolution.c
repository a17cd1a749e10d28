/* Convolution as a matrix product per image and group (im2col).
 *
 * The patches of an image are a matrix with a row per (channel, tap) and a column per output pixel; then, for an image,
 * out = W patches + b, dW += d patches^T and d_patches = W^T d, which is added back onto the image (col2im).
 * One image at a time keeps the patches in the cache.
 */
#include "backend/each.h"
#include "backend/openblas/openblas.h"

#include <cblas.h>
#include <string.h>

/* The product's three sizes, of one group, and how many groups there are. */
typedef struct sizes {
    size_t filters, taps, pixels, groups;
} sizes;

static sizes sizes_of(const fl_backend_plain *p)
{
    fl_tensor_shape out = p->op.out.shape;
    size_t k = p->layer.kernel, groups = p->layer.groups;
    return (sizes){ out.c / groups, p->in.c / groups * k * k, out.h * out.w, groups };
}

/* The workspace: patches, then a one per pixel. */
static float *patches_of(const fl_backend_plain *p)
{
    return p->at.workspace;
}

static float *ones_of(const fl_backend_plain *p)
{
    sizes s = sizes_of(p);
    return patches_of(p) + s.groups * s.taps * s.pixels;
}

static void bind_ones(fl_backend_op *op, const fl_backend_buffers *buffers)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    p->at = *buffers;
    for (size_t i = 0; i < sizes_of(p).pixels; i++) ones_of(p)[i] = 1;
}

/* Outputs first..end-1 of a row or column see the image under `tap`. */
typedef struct span {
    size_t first, end;
} span;

static span seen(const fl_layer *layer, size_t n_in, size_t n_out, size_t tap)
{
    size_t pad = layer->pad, stride = layer->stride;
    span s = { tap < pad ? (pad - tap + stride - 1) / stride : 0,
               tap < n_in + pad ? (n_in + pad - tap - 1) / stride + 1 : 0 };
    if (s.end > n_out) s.end = n_out;
    if (s.first > s.end) s.first = s.end;
    return s;
}

/* One row of patches: the image as one tap sees it, zero outside. */
static void gather_tap(const fl_backend_plain *p, const float *image, size_t i, size_t j, float *row)
{
    fl_tensor_shape in = p->in, out = p->op.out.shape;
    size_t pad = p->layer.pad, stride = p->layer.stride;
    span ys = seen(&p->layer, in.h, out.h, i), xs = seen(&p->layer, in.w, out.w, j);
    memset(row, 0, ys.first * out.w * sizeof *row);
    for (size_t y = ys.first; y < ys.end; y++) {
        float *to = row + y * out.w;
        const float *from = image + (y * stride + i - pad) * in.w;
        memset(to, 0, xs.first * sizeof *to);
        if (stride == 1 && xs.end > xs.first)
            memcpy(to + xs.first, from + (xs.first + j - pad), (xs.end - xs.first) * sizeof *to);
        else
            for (size_t x = xs.first; x < xs.end; x++) to[x] = from[x * stride + j - pad];
        memset(to + xs.end, 0, (out.w - xs.end) * sizeof *to);
    }
    memset(row + ys.end * out.w, 0, (out.h - ys.end) * out.w * sizeof *row);
}

static void scatter_tap(const fl_backend_plain *p, const float *restrict row, size_t i, size_t j, float *restrict image)
{
    fl_tensor_shape in = p->in, out = p->op.out.shape;
    size_t pad = p->layer.pad, stride = p->layer.stride;
    span ys = seen(&p->layer, in.h, out.h, i), xs = seen(&p->layer, in.w, out.w, j);
    for (size_t y = ys.first; y < ys.end; y++) {
        const float *from = row + y * out.w;
        float *to = image + (y * stride + i - pad) * in.w;
        for (size_t x = xs.first; x < xs.end; x++) to[x * stride + j - pad] += from[x];
    }
}

static void gather(const fl_backend_plain *p, const float *image, float *patches)
{
    size_t k = p->layer.kernel, pixels = p->op.out.shape.h * p->op.out.shape.w;
    for (size_t c = 0; c < p->in.c; c++, image += p->in.h * p->in.w)
        for (size_t tap = 0; tap < k * k; tap++, patches += pixels) gather_tap(p, image, tap / k, tap % k, patches);
}

static void scatter(const fl_backend_plain *p, const float *patches, float *image)
{
    size_t k = p->layer.kernel, pixels = p->op.out.shape.h * p->op.out.shape.w;
    memset(image, 0, p->in.c * p->in.h * p->in.w * sizeof *image);
    for (size_t c = 0; c < p->in.c; c++, image += p->in.h * p->in.w)
        for (size_t tap = 0; tap < k * k; tap++, patches += pixels) scatter_tap(p, patches, tap / k, tap % k, image);
}

static void forward_image(const fl_backend_plain *p, const float *image, float *out)
{
    sizes s = sizes_of(p);
    bool bias = !p->layer.no_bias;
    gather(p, image, patches_of(p));
    for (size_t i = 0; bias && i < s.groups * s.filters * s.pixels; i++) out[i] = p->at.param[1][i / s.pixels];
    for (size_t g = 0; g < s.groups; g++)
        fl_openblas_product(s.filters, s.pixels, s.taps, 1,
                            (fl_backend_matrix){ p->at.param[0] + g * s.filters * s.taps, s.taps, false },
                            (fl_backend_matrix){ patches_of(p) + g * s.taps * s.pixels, s.pixels, false }, bias,
                            out + g * s.filters * s.pixels, s.pixels);
    if (p->op.fused_relu) fl_backend_each_relu(out, s.groups * s.filters * s.pixels);
}

static void backward_parameters(const fl_backend_plain *p, const float *image, const float *d_out)
{
    sizes s = sizes_of(p);
    size_t filters = s.groups * s.filters;
    gather(p, image, patches_of(p));
    for (size_t g = 0; g < s.groups; g++)
        fl_openblas_product(s.filters, s.taps, s.pixels, 1,
                            (fl_backend_matrix){ d_out + g * s.filters * s.pixels, s.pixels, false },
                            (fl_backend_matrix){ patches_of(p) + g * s.taps * s.pixels, s.pixels, true }, 1,
                            p->at.grad[0] + g * s.filters * s.taps, s.taps);
    if (!p->layer.no_bias)
        cblas_sgemv(CblasRowMajor, CblasNoTrans, (blasint)filters, (blasint)s.pixels, 1, d_out, (blasint)s.pixels,
                    ones_of(p), 1, 1, p->at.grad[1], 1);
}

static void backward_image(const fl_backend_plain *p, const float *d_out, float *d_image)
{
    sizes s = sizes_of(p);
    for (size_t g = 0; g < s.groups; g++)
        fl_openblas_product(s.taps, s.pixels, s.filters, 1,
                            (fl_backend_matrix){ p->at.param[0] + g * s.filters * s.taps, s.taps, true },
                            (fl_backend_matrix){ d_out + g * s.filters * s.pixels, s.pixels, false }, 0,
                            patches_of(p) + g * s.taps * s.pixels, s.pixels);
    scatter(p, patches_of(p), d_image);
}

static void forward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    size_t image = p->in.c * p->in.h * p->in.w, outs = fl_tensor_shape_size(op->out.shape) / p->in.n;
    for (size_t n = 0; n < p->in.n; n++)
        forward_image(p, (const float *)p->at.in[0] + n * image, (float *)p->at.out + n * outs);
}

static void backward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    size_t image = p->in.c * p->in.h * p->in.w, outs = fl_tensor_shape_size(op->out.shape) / p->in.n;
    bool wanted = p->at.grad[0];
    for (size_t t = 0; wanted && t < op->n_tensors; t++)
        memset(p->at.grad[t], 0, op->tensors[t].n_values * sizeof(float));
    for (size_t n = 0; n < p->in.n; n++) {
        float *d_out = (float *)p->at.d_out + n * outs;
        if (op->fused_relu) fl_backend_each_relu_back((const float *)p->at.out + n * outs, d_out, outs);
        if (wanted) backward_parameters(p, (const float *)p->at.in[0] + n * image, d_out);
        if (p->needs_d_in) backward_image(p, d_out, (float *)p->at.d_in[0] + n * image);
    }
}

fl_backend_op *fl_openblas_convolution(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_new(request, "im2col, sgemm", forward, backward);
    sizes s = sizes_of(p);
    p->op.fused_relu = p->op.reads_out = request->relu_next;
    p->op.workspace_bytes = (s.groups * s.taps + 1) * s.pixels * sizeof(float);
    p->op.bind = bind_ones;
    return &p->op;
}
