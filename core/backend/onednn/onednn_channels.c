/* Channels that move from one activation to another: a concatenation puts those of several behind each other; a
 * subsample takes every stride-th pixel and puts zeros before and after its channels.
 *
 * In every layout here a number's place is a sum over its coordinates, so a pixel's channels are a few runs that lie
 * side by side in both, the same runs for all pixels.
 */
#include "backend/onednn/onednn.h"
#include "base/memory.h"

#include <stddef.h>
#include <string.h>

typedef struct run {
    size_t in, out, n; /* where it begins in a pixel of each, and its numbers; all in bytes */
} run;

typedef struct move {
    size_t n, h, w;                   /* pixels of the output */
    size_t in_steps[3], out_steps[3]; /* bytes from one example, row, pixel to the next that is wanted */
    size_t in_bytes;                  /* of the whole input */
    bool gaps;                        /* not every number of the input is wanted */
    size_t n_runs;
    run runs[];
} move;

static size_t pixel(const size_t steps[3], size_t n, size_t y, size_t x)
{
    return n * steps[0] + y * steps[1] + x * steps[2];
}

/* Memories: in, out. */
static void forward(const void *what, void *const memories[])
{
    const move *m = what;
    for (size_t n = 0; n < m->n; n++)
        for (size_t y = 0; y < m->h; y++)
            for (size_t x = 0; x < m->w; x++) {
                const char *in = (const char *)memories[0] + pixel(m->in_steps, n, y, x);
                char *out = (char *)memories[1] + pixel(m->out_steps, n, y, x);
                for (size_t i = 0; i < m->n_runs; i++) memcpy(out + m->runs[i].out, in + m->runs[i].in, m->runs[i].n);
            }
}

/* Memories: d_out, d_in. */
static void backward(const void *what, void *const memories[])
{
    const move *m = what;
    if (m->gaps) memset(memories[1], 0, m->in_bytes);
    for (size_t n = 0; n < m->n; n++)
        for (size_t y = 0; y < m->h; y++)
            for (size_t x = 0; x < m->w; x++) {
                const char *d_out = (const char *)memories[0] + pixel(m->out_steps, n, y, x);
                char *d_in = (char *)memories[1] + pixel(m->in_steps, n, y, x);
                for (size_t i = 0; i < m->n_runs; i++)
                    memcpy(d_in + m->runs[i].in, d_out + m->runs[i].out, m->runs[i].n);
            }
}

/* Memory: out. */
static void clear(const void *what, void *const memories[])
{
    memset(memories[0], 0, *(const size_t *)what);
}

static void find_runs(move *m, const dnnl_memory_desc_t *in, const dnnl_memory_desc_t *out, size_t first, size_t size)
{
    for (size_t c = 0; c < (size_t)in->dims[1]; c++) {
        size_t from = fl_onednn_place(in, 1, c) * size, to = fl_onednn_place(out, 1, first + c) * size;
        run *last = m->n_runs ? &m->runs[m->n_runs - 1] : NULL;
        if (last && from == last->in + last->n && to == last->out + last->n)
            last->n += size;
        else
            m->runs[m->n_runs++] = (run){ from, to, size };
    }
}

/* From `in` to the channels from `first` on of `out`. */
static move *move_of(const dnnl_memory_desc_t *in, const dnnl_memory_desc_t *out, size_t first, size_t stride)
{
    static const int dims[] = { 0, 2, 3 };
    size_t channels = (size_t)in->dims[1], size = in->data_type == dnnl_bf16 ? sizeof(uint16_t) : sizeof(float);
    move *m = fl_memory_new(1, sizeof *m + channels * sizeof *m->runs);
    m->n = (size_t)out->dims[0];
    m->h = (size_t)out->dims[2];
    m->w = (size_t)out->dims[3];
    for (size_t d = 0; d < 3; d++) {
        m->in_steps[d] = (size_t)in->format_desc.blocking.strides[dims[d]] * (d ? stride : 1) * size;
        m->out_steps[d] = (size_t)out->format_desc.blocking.strides[dims[d]] * size;
    }
    m->in_bytes = dnnl_memory_desc_get_size(in);
    m->gaps = stride > 1 || in->padded_dims[1] > in->dims[1];
    find_runs(m, in, out, first, size);
    return m;
}

static void add_clear(fl_onednn_op *op, const fl_onednn_memory *out)
{
    size_t *bytes = fl_memory_new(1, sizeof *bytes);
    *bytes = dnnl_memory_desc_get_size(&op->out);
    fl_onednn_add_loop(op, &op->forward, clear, bytes, 1, &out);
}

/* Input k goes to the channels from `first` on. */
static void add_move(fl_onednn_op *op, const fl_backend_request *request, size_t k, size_t first,
                     const fl_onednn_memory *out)
{
    size_t skip = k * sizeof(void *), stride = request->layer->stride ? request->layer->stride : 1;
    dnnl_memory_desc_t own = fl_onednn_activation(&request->in[k]);
    dnnl_memory_desc_t known =
        fl_onednn_layout_of(request->in[k].shape, op->out.data_type, fl_onednn_layout_find(&own));
    fl_onednn_memory *in = fl_onednn_borrowed(op, &own, offsetof(fl_backend_buffers, in) + skip);
    fl_onednn_add_loop(op, &op->forward, forward, move_of(&known, &op->out, first, stride), 2,
                       (const fl_onednn_memory *[]){ fl_onednn_bring(op, &op->forward, in, &known), out });
    if (!request->training) return;
    const fl_onednn_memory *d_in = fl_onednn_borrowed(op, &own, offsetof(fl_backend_buffers, d_in) + skip);
    bool same = dnnl_memory_desc_equal(&own, &known);
    const fl_onednn_memory *written = same ? d_in : fl_onednn_allocated(op, &known);
    const fl_onednn_memory *d_out = fl_onednn_borrowed(op, &op->out, offsetof(fl_backend_buffers, d_out));
    fl_onednn_add_loop(op, &op->backward, backward, move_of(&known, &op->out, first, stride), 2,
                       (const fl_onednn_memory *[]){ d_out, written });
    if (!same) fl_onednn_add_reorder(op, &op->backward, written, d_in);
}

fl_backend_op *fl_onednn_channels(const fl_backend_request *request)
{
    fl_onednn_op *op = fl_onednn_new(request);
    dnnl_memory_desc_t in = fl_onednn_activation(&request->in[0]);
    dnnl_memory_desc_t layout =
        fl_onednn_layout_of(op->op.out.shape, fl_onednn_type(request->precision), fl_onednn_layout_find(&in));
    fl_onednn_set_out(op, &layout);
    op->op.reads_in = op->op.reads_out = false;
    fl_onednn_note_name(op, "own loops");
    const fl_onednn_memory *out = fl_onednn_borrowed(op, &layout, offsetof(fl_backend_buffers, out));
    size_t channels = 0;
    for (size_t k = 0; k < request->n_in; k++) channels += request->in[k].shape.c;
    if (channels < (size_t)layout.padded_dims[1]) add_clear(op, out);
    size_t first = request->layer->kind == FL_LAYER_SUBSAMPLE ? (op->op.out.shape.c - channels) / 2 : 0;
    for (size_t k = 0; k < request->n_in; first += request->in[k++].shape.c) add_move(op, request, k, first, out);
    return &op->op;
}
