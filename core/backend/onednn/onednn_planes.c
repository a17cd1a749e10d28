/* Convolution over planes of a few pixels, where the library's kernels reach a tenth of what they can: the window of
 * each output pixel becomes a row, its taps behind each other with all channels each, and a dense layer does the rest.
 *
 *   y[n,p,o] = b[o] + sum over taps t, channels i of W[o,t,i] x[n, pixel(p,t), i], 0 where the tap lies outside
 *
 * Channels lie last on both sides, so a tap is one copy. The gradient of a pixel is the sum, in floats, over the rows
 * that have it.
 */
#include "backend/onednn/onednn.h"
#include "backend/onednn/onednn_numbers.h"
#include "base/clones.h"
#include "base/memory.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Up to how many pixels it is the faster way (bench/NOTES.md); in bf16 with AMX, or where pairs do not fit. */
enum { FEW_PIXELS_F32 = 4, FEW_PIXELS_BF16 = 16, CHANNELS = 32, AT_ONCE = 256 };

typedef struct geometry {
    fl_tensor_shape in, out;
    size_t kernel, stride, pad;
    bool bf16;
} geometry;

typedef struct planes {
    fl_onednn_op front; /* first: a pointer to the op is a pointer to this; between the activation and the rows */
    fl_backend_op *dense;
    fl_layer layer;                      /* the dense one */
    size_t rows_at, d_rows_at, dense_at; /* in the scratch, the scratch, the workspace */
    void (*bind_front)(fl_backend_op *op, const fl_backend_buffers *buffers);
    void (*forward_front)(fl_backend_op *op);
    void (*backward_front)(fl_backend_op *op);
    void (*free_front)(fl_backend_op *op);
} planes;

static size_t bytes_of(const geometry *g)
{
    return g->bf16 ? sizeof(uint16_t) : sizeof(float);
}

static size_t taps(const geometry *g)
{
    return g->kernel * g->kernel;
}

/* --- loops --- */

/* The row of one output pixel. */
static void gather_pixel(const geometry *g, const char *image, size_t y, size_t x, char *row)
{
    size_t pixel = g->in.c * bytes_of(g);
    for (size_t tap = 0; tap < taps(g); tap++, row += pixel) {
        size_t from_y = y * g->stride + tap / g->kernel - g->pad, from_x = x * g->stride + tap % g->kernel - g->pad;
        if (from_y < g->in.h && from_x < g->in.w) /* before the first they wrap round */
            memcpy(row, image + (from_y * g->in.w + from_x) * pixel, pixel);
        else
            memset(row, 0, pixel);
    }
}

/* Memories: in, rows. */
static void gather(const void *what, void *const memories[])
{
    const geometry *g = what;
    size_t image = g->in.h * g->in.w * g->in.c * bytes_of(g), row = taps(g) * g->in.c * bytes_of(g);
    char *to = memories[1];
    for (size_t n = 0; n < g->in.n; n++)
        for (size_t p = 0; p < g->out.h * g->out.w; p++, to += row)
            gather_pixel(g, (const char *)memories[0] + n * image, p / g->out.w, p % g->out.w, to);
}

FL_ONEDNN_ALWAYS_INLINE void add_part(float *sums, const void *from, size_t first, size_t n, bool bf16)
{
#pragma GCC ivdep
    for (size_t c = 0; c < n; c++) sums[c] += fl_onednn_load(from, first + c, bf16);
}

/* The output pixel that sees input coordinate `at` under tap `i`; n_out where none does. */
static size_t seen_by(const geometry *g, size_t at, size_t i, size_t n_out)
{
    size_t shifted = at + g->pad - i; /* before the first it wraps round */
    return shifted % g->stride == 0 && shifted / g->stride < n_out ? shifted / g->stride : n_out;
}

/* Channels first..first+n-1 of one input pixel, from the rows of its image. */
FL_ONEDNN_ALWAYS_INLINE void sum_pixel(const geometry *g, const void *rows, size_t y, size_t x, size_t first, size_t n,
                                       float *sums, bool bf16)
{
    memset(sums, 0, n * sizeof *sums);
    for (size_t tap = 0; tap < taps(g); tap++) {
        size_t to_y = seen_by(g, y, tap / g->kernel, g->out.h), to_x = seen_by(g, x, tap % g->kernel, g->out.w);
        if (to_y == g->out.h || to_x == g->out.w) continue;
        add_part(sums, rows, ((to_y * g->out.w + to_x) * taps(g) + tap) * g->in.c + first, n, bf16);
    }
}

FL_ONEDNN_ALWAYS_INLINE void scatter_image(const geometry *g, const void *rows, void *image, bool bf16)
{
    float sums[AT_ONCE];
    for (size_t p = 0; p < g->in.h * g->in.w; p++)
        for (size_t first = 0; first < g->in.c; first += AT_ONCE) {
            size_t n = g->in.c - first < AT_ONCE ? g->in.c - first : AT_ONCE;
            sum_pixel(g, rows, p / g->in.w, p % g->in.w, first, n, sums, bf16);
            for (size_t c = 0; c < n; c++) fl_onednn_round(image, p * g->in.c + first + c, sums[c], bf16);
        }
}

/* Memories: the gradient of the rows, d_in. */
FL_CLONES static void scatter(const void *what, void *const memories[])
{
    const geometry *g = what;
    size_t image = g->in.h * g->in.w * g->in.c * bytes_of(g);
    size_t rows = g->out.h * g->out.w * taps(g) * g->in.c * bytes_of(g);
    for (size_t n = 0; n < g->in.n; n++) {
        const char *from = (const char *)memories[0] + n * rows;
        char *to = (char *)memories[1] + n * image;
        if (g->bf16)
            scatter_image(g, from, to, true);
        else
            scatter_image(g, from, to, false);
    }
}

/* --- the op: the front's passes around the dense layer's --- */

static void bind(fl_backend_op *op, const fl_backend_buffers *buffers)
{
    planes *p = (planes *)op;
    fl_backend_buffers own = *buffers;
    p->bind_front(op, buffers);
    own.in[0] = (char *)buffers->scratch + p->rows_at;
    own.d_in[0] = (char *)buffers->scratch + p->d_rows_at;
    own.workspace = (char *)buffers->workspace + p->dense_at;
    p->dense->bind(p->dense, &own);
}

static void forward(fl_backend_op *op)
{
    const planes *p = (planes *)op;
    p->forward_front(op);
    p->dense->forward(p->dense);
}

/* Rows are several times as large as what they come from, so they are made again. */
static void backward(fl_backend_op *op)
{
    const planes *p = (planes *)op;
    p->forward_front(op);
    p->dense->backward(p->dense);
    p->backward_front(op);
}

static void refresh(fl_backend_op *op, size_t tensor, size_t first, size_t count)
{
    fl_backend_op *dense = ((planes *)op)->dense;
    dense->refresh(dense, tensor, first, count);
}

/* The weights between O,I,H,W and O,H,W,I. */
static float *turned(const fl_tensor *weights, const float *from, bool channels_last)
{
    size_t o = weights->shape[0], i = weights->shape[1], t = weights->shape[2] * weights->shape[3];
    size_t rows = channels_last ? i : t, columns = channels_last ? t : i;
    float *to = fl_memory_new(weights->n_values, sizeof *to);
    for (size_t k = 0; k < o * rows * columns; k++) {
        size_t in = k % (rows * columns);
        to[k - in + in % columns * rows + in / columns] = from[k];
    }
    return to;
}

static void import(const fl_backend_op *op, size_t tensor, const float *canonical, float *native)
{
    const fl_backend_op *dense = ((const planes *)op)->dense;
    float *weights = tensor ? NULL : turned(&op->tensors[0], canonical, true);
    dense->import(dense, tensor, tensor ? canonical : weights, native);
    free(weights);
}

static void export(const fl_backend_op *op, size_t tensor, const float *native, float *canonical)
{
    const fl_backend_op *dense = ((const planes *)op)->dense;
    dense->export(dense, tensor, native, canonical);
    if (tensor) return;
    float *weights = turned(&op->tensors[0], canonical, false);
    memcpy(canonical, weights, op->tensors[0].n_values * sizeof *canonical);
    free(weights);
}

static void free_op(fl_backend_op *op)
{
    planes *p = (planes *)op;
    p->dense->free(p->dense);
    p->free_front(op);
}

/* --- planning --- */

static geometry geometry_of(const fl_backend_request *request)
{
    const fl_layer *layer = request->layer;
    fl_tensor_shape in = request->in[0].shape;
    return (geometry){
        in, fl_layer_out(layer, in), layer->kernel, layer->stride, layer->pad, request->precision == FL_BACKEND_BF16
    };
}

static geometry *kept(const geometry *g)
{
    geometry *copy = fl_memory_new(1, sizeof *copy);
    *copy = *g;
    return copy;
}

static void plan_dense(planes *p, const fl_backend_request *request, const geometry *g)
{
    fl_backend_request own = *request;
    size_t rows = g->out.n * g->out.h * g->out.w, columns = taps(g) * g->in.c;
    p->layer = fl_layer_default(FL_LAYER_DENSE);
    p->layer.n_out = g->out.c;
    p->layer.no_bias = request->layer->no_bias;
    own.layer = &p->layer;
    own.in[0] = (fl_backend_activation){ .shape = { rows, columns, 1, 1 }, .precision = request->precision };
    own.canonical_next = false;
    p->dense = fl_onednn_dense(&own);
}

static void add_front(planes *p, const fl_backend_request *request, const geometry *g)
{
    fl_onednn_op *op = &p->front;
    dnnl_memory_desc_t given = fl_onednn_activation(&request->in[0]);
    dnnl_memory_desc_t last = fl_onednn_desc(4, given.dims, fl_onednn_type(request->precision), dnnl_nhwc);
    dnnl_dim_t bytes = (dnnl_dim_t)(g->out.n * g->out.h * g->out.w * taps(g) * g->in.c * bytes_of(g));
    dnnl_memory_desc_t rows_desc = fl_onednn_desc(1, &bytes, dnnl_u8, dnnl_a);
    const fl_onednn_memory *rows = fl_onednn_scratch(op, &rows_desc);
    p->rows_at = rows->offset;
    fl_onednn_memory *in = fl_onednn_borrowed(op, &given, offsetof(fl_backend_buffers, in));
    fl_onednn_add_loop(op, &op->forward, gather, kept(g), 2,
                       (const fl_onednn_memory *[]){ fl_onednn_bring(op, &op->forward, in, &last), rows });
    if (!request->training || !request->needs_d_in) return;
    const fl_onednn_memory *d_rows = fl_onednn_scratch(op, &rows_desc);
    p->d_rows_at = d_rows->offset;
    const fl_onednn_memory *d_in = fl_onednn_borrowed(op, &given, offsetof(fl_backend_buffers, d_in));
    bool same = dnnl_memory_desc_equal(&given, &last);
    const fl_onednn_memory *written = same ? d_in : fl_onednn_allocated(op, &last);
    fl_onednn_add_loop(op, &op->backward, scatter, kept(g), 2, (const fl_onednn_memory *[]){ d_rows, written });
    if (!same) fl_onednn_add_reorder(op, &op->backward, written, d_in);
}

/* The dense layer's rows are the image with channels last; its workspace lies behind the front's. */
static void set_op(planes *p, const fl_backend_request *request)
{
    fl_backend_op *op = &p->front.op;
    dnnl_memory_desc_t plain = fl_onednn_plain(op->out.shape, fl_onednn_type(request->precision));
    dnnl_memory_desc_t out = fl_onednn_desc(4, plain.dims, plain.data_type, dnnl_nhwc);
    fl_onednn_set_out(&p->front, &out);
    op->n_tensors = fl_layer_tensors(request->layer, request->in[0].shape, op->tensors);
    op->adds = p->dense->adds;
    for (size_t t = 0; t < op->n_tensors; t++) op->tensors[t].count = p->dense->tensors[t].count;
    op->fused_relu = p->dense->fused_relu;
    op->reads_out = p->dense->reads_out;
    p->dense_at = op->workspace_bytes;
    op->workspace_bytes += p->dense->workspace_bytes;
    fl_onednn_note_name(&p->front, p->dense->implementation);
}

static void take_over(planes *p)
{
    fl_backend_op *op = &p->front.op;
    p->bind_front = op->bind;
    p->forward_front = op->forward;
    p->backward_front = op->backward;
    p->free_front = op->free;
    op->bind = bind;
    op->forward = forward;
    op->backward = op->backward ? backward : NULL;
    op->refresh = refresh;
    op->import = import;
    op->export = export;
    op->free = free_op;
}

bool fl_onednn_planes_serve(const fl_backend_request *request)
{
    const fl_layer *layer = request->layer;
    fl_tensor_shape in = request->in[0].shape;
    size_t few = request->precision == FL_BACKEND_BF16 ? FEW_PIXELS_BF16 : FEW_PIXELS_F32;
    return layer->groups == 1 && layer->kernel > 1 && in.h * in.w <= few && in.c >= CHANNELS &&
           !fl_onednn_pairs_fit(request) && !fl_onednn_direct_weights_fit(request);
}

fl_backend_op *fl_onednn_planes(const fl_backend_request *request)
{
    geometry g = geometry_of(request);
    planes *p = (planes *)fl_onednn_sized(sizeof *p, request);
    plan_dense(p, request, &g);
    add_front(p, request, &g);
    set_op(p, request);
    take_over(p);
    return &p->front.op;
}
