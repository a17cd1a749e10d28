/* Layer normalisation of plain rows, in f32 or bf16; the arithmetic of a row is that of all fast backends, on floats.
 */
#include "backend/onednn/onednn.h"
#include "backend/rows.h"
#include "base/memory.h"

#include <stddef.h>
#include <string.h>

enum { GAIN, BIAS };

typedef struct norm {
    size_t rows, n;
    double epsilon;
    bool in_bf16, out_bf16, wanted; /* the gradient of the input */
} norm;

/* Of the loop's own memory: mean and scale of each row, then rows of floats. */
typedef struct own {
    float *means, *scales, *x, *y;
} own;

static own own_of(const norm *l, void *memory)
{
    own o = { .means = memory };
    o.scales = o.means + l->rows;
    o.x = o.scales + l->rows;
    o.y = o.x + l->n;
    return o;
}

/* Row r as floats: where it is, or widened to `floats`. */
static const float *read_row(const norm *l, const void *rows, bool bf16, size_t r, float *floats)
{
    if (!bf16) return (const float *)rows + r * l->n;
    fl_onednn_widen((const uint16_t *)rows + r * l->n, l->n, floats);
    return floats;
}

/* Where to compute row r: in place, or in `floats`, from where it is narrowed. */
static float *row_to_write(const norm *l, void *rows, bool bf16, size_t r, float *floats)
{
    return bf16 ? floats : (float *)rows + r * l->n;
}

static void row_written(const norm *l, void *rows, bool bf16, size_t r, const float *floats)
{
    if (bf16) fl_onednn_narrow(floats, l->n, (uint16_t *)rows + r * l->n);
}

/* Memories: in, gain, bias, out, own. */
static void forward(const void *what, void *const memories[])
{
    const norm *l = what;
    own o = own_of(l, memories[4]);
    for (size_t r = 0; r < l->rows; r++) {
        const float *x = read_row(l, memories[0], l->in_bf16, r, o.x);
        fl_backend_rows_norm(x, l->n, l->epsilon, memories[1], memories[2],
                             row_to_write(l, memories[3], l->out_bf16, r, o.y), &o.means[r], &o.scales[r]);
        row_written(l, memories[3], l->out_bf16, r, o.y);
    }
}

/* Memories: in, gain, d_out, own, the gradients of gain and bias, d_in where it is wanted. */
static void backward(const void *what, void *const memories[])
{
    const norm *l = what;
    own o = own_of(l, memories[3]);
    void *d_in = l->wanted ? memories[6] : NULL;
    memset(memories[4], 0, l->n * sizeof(float));
    memset(memories[5], 0, l->n * sizeof(float));
    for (size_t r = 0; r < l->rows; r++) {
        const float *x = read_row(l, memories[0], l->in_bf16, r, o.x);
        const float *d = read_row(l, memories[2], l->out_bf16, r, o.y);
        float *to = d_in ? row_to_write(l, d_in, l->in_bf16, r, o.x) : NULL;
        fl_backend_rows_norm_back(x, d, l->n, memories[1], o.means[r], o.scales[r], memories[4], memories[5], to);
        if (to) row_written(l, d_in, l->in_bf16, r, o.x);
    }
}

static norm *norm_of(const fl_backend_request *request, const fl_onednn_memory *in, const fl_onednn_op *op)
{
    norm *l = fl_memory_new(1, sizeof *l);
    *l = (norm){ .rows = fl_tensor_shape_rows(request->in[0].shape),
                 .n = fl_tensor_shape_columns(request->in[0].shape),
                 .epsilon = request->layer->epsilon,
                 .in_bf16 = in->desc.data_type == dnnl_bf16,
                 .out_bf16 = op->out.data_type == dnnl_bf16,
                 .wanted = request->needs_d_in };
    return l;
}

static fl_onednn_memory *of_values(fl_onednn_op *op, const norm *l, size_t place)
{
    dnnl_memory_desc_t desc = fl_onednn_desc(1, (dnnl_dim_t[]){ (dnnl_dim_t)l->n }, dnnl_f32, dnnl_a);
    return fl_onednn_borrowed(op, &desc, place);
}

/* The gradient of an input that was reordered goes back the same way. */
static void add_backward(fl_onednn_op *op, const fl_backend_request *request, const fl_onednn_memory *in, norm *l,
                         const fl_onednn_memory *gain, const fl_onednn_memory *kept)
{
    dnnl_memory_desc_t given = fl_onednn_activation(&request->in[0]);
    const fl_onednn_memory *d_in = fl_onednn_borrowed(op, &given, offsetof(fl_backend_buffers, d_in));
    bool same = dnnl_memory_desc_equal(&given, &in->desc);
    const fl_onednn_memory *written = same ? d_in : fl_onednn_allocated(op, &in->desc);
    const fl_onednn_memory *d_out = fl_onednn_borrowed(op, &op->out, offsetof(fl_backend_buffers, d_out));
    const fl_onednn_memory *memories[] = { in,
                                           gain,
                                           d_out,
                                           kept,
                                           of_values(op, l, offsetof(fl_backend_buffers, grad[GAIN])),
                                           of_values(op, l, offsetof(fl_backend_buffers, grad[BIAS])),
                                           written };
    fl_onednn_add_loop(op, &op->backward, backward, l, l->wanted ? 7 : 6, memories);
    if (!same && l->wanted) fl_onednn_add_reorder(op, &op->backward, written, d_in);
}

fl_backend_op *fl_onednn_layer_norm(const fl_backend_request *request)
{
    fl_onednn_op *op = fl_onednn_new(request);
    fl_tensor_shape shape = request->in[0].shape;
    dnnl_memory_desc_t given = fl_onednn_activation(&request->in[0]), plain = fl_onednn_plain(shape, given.data_type);
    dnnl_memory_desc_t out =
        fl_onednn_plain(shape, request->canonical_next ? dnnl_f32 : fl_onednn_type(request->precision));
    fl_onednn_set_out(op, &out);
    op->op.reads_out = false;
    op->op.n_tensors = fl_layer_tensors(request->layer, shape, op->op.tensors);
    op->op.import = fl_onednn_plain_import;
    op->op.export = fl_onednn_plain_export;
    fl_onednn_note_name(op, "own vectors");
    fl_onednn_memory *source = fl_onednn_borrowed(op, &given, offsetof(fl_backend_buffers, in));
    const fl_onednn_memory *in = fl_onednn_bring(op, &op->forward, source, &plain);
    norm *l = norm_of(request, in, op);
    dnnl_dim_t floats = (dnnl_dim_t)(2 * (l->rows + l->n));
    dnnl_memory_desc_t kept_desc = fl_onednn_desc(1, &floats, dnnl_f32, dnnl_a);
    const fl_onednn_memory *kept = fl_onednn_allocated(op, &kept_desc);
    const fl_onednn_memory *gain = of_values(op, l, offsetof(fl_backend_buffers, param[GAIN]));
    const fl_onednn_memory *bias = of_values(op, l, offsetof(fl_backend_buffers, param[BIAS]));
    const fl_onednn_memory *to = fl_onednn_borrowed(op, &out, offsetof(fl_backend_buffers, out));
    fl_onednn_add_loop(op, &op->forward, forward, l, 5, (const fl_onednn_memory *[]){ in, gain, bias, to, kept });
    if (request->training) add_backward(op, request, in, norm_of(request, in, op), gain, kept);
    return &op->op;
}
