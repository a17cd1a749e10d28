/* Sigmoid, tanh and GELU in the layout they are given. bf16 becomes floats a few at a time, in the nearest cache. */
#include "backend/each.h"
#include "backend/onednn/onednn.h"
#include "base/memory.h"

#include <stddef.h>

enum { AT_ONCE = 512 };

typedef struct each {
    const fl_backend_each *f;
    size_t n; /* numbers, padding included: where it does not stay zero the layout has none */
} each;

static size_t piece(size_t first, size_t n)
{
    return n - first < AT_ONCE ? n - first : AT_ONCE;
}

/* Memories: in, out. */
static void forward_f32(const void *what, void *const memories[])
{
    const each *e = what;
    e->f->value(memories[0], memories[1], e->n);
}

static void forward_bf16(const void *what, void *const memories[])
{
    const each *e = what;
    float values[AT_ONCE];
    for (size_t i = 0; i < e->n; i += AT_ONCE) {
        size_t n = piece(i, e->n);
        fl_onednn_widen((const uint16_t *)memories[0] + i, n, values);
        e->f->value(values, values, n);
        fl_onednn_narrow(values, n, (uint16_t *)memories[1] + i);
    }
}

/* Memories: in or out, d_out, d_in. */
static void backward_f32(const void *what, void *const memories[])
{
    const each *e = what;
    e->f->back(memories[0], memories[1], memories[2], e->n);
}

static void backward_bf16(const void *what, void *const memories[])
{
    const each *e = what;
    float of[AT_ONCE], d[AT_ONCE];
    for (size_t i = 0; i < e->n; i += AT_ONCE) {
        size_t n = piece(i, e->n);
        fl_onednn_widen((const uint16_t *)memories[0] + i, n, of);
        fl_onednn_widen((const uint16_t *)memories[1] + i, n, d);
        e->f->back(of, d, d, n);
        fl_onednn_narrow(d, n, (uint16_t *)memories[2] + i);
    }
}

static each *each_of(const fl_backend_request *request, const dnnl_memory_desc_t *layout)
{
    each *e = fl_memory_new(1, sizeof *e);
    e->f = fl_backend_each_of(request->layer->kind);
    e->n = dnnl_memory_desc_get_size(layout) / (layout->data_type == dnnl_bf16 ? sizeof(uint16_t) : sizeof(float));
    return e;
}

/* The input's, without padding where that would not stay zero. */
static dnnl_memory_desc_t layout_of(const fl_backend_request *request)
{
    dnnl_memory_desc_t own = fl_onednn_activation(&request->in[0]);
    bool padded = own.padded_dims[1] > own.dims[1];
    bool as_it_is = !padded || fl_backend_each_of(request->layer->kind)->keeps_zero;
    return as_it_is ? own : fl_onednn_desc(4, own.dims, own.data_type, dnnl_nhwc);
}

static void add_backward(fl_onednn_op *op, const fl_backend_request *request, const fl_onednn_memory *of)
{
    dnnl_memory_desc_t own = fl_onednn_activation(&request->in[0]);
    const fl_onednn_memory *d_out = fl_onednn_borrowed(op, &op->out, offsetof(fl_backend_buffers, d_out));
    const fl_onednn_memory *d_in = fl_onednn_borrowed(op, &own, offsetof(fl_backend_buffers, d_in));
    bool same = dnnl_memory_desc_equal(&own, &op->out);
    const fl_onednn_memory *written = same ? d_in : fl_onednn_allocated(op, &op->out);
    bool bf16 = op->out.data_type == dnnl_bf16;
    fl_onednn_add_loop(op, &op->backward, bf16 ? backward_bf16 : backward_f32, each_of(request, &op->out), 3,
                       (const fl_onednn_memory *[]){ of, d_out, written });
    if (!same) fl_onednn_add_reorder(op, &op->backward, written, d_in);
}

fl_backend_op *fl_onednn_each(const fl_backend_request *request)
{
    fl_onednn_op *op = fl_onednn_new(request);
    dnnl_memory_desc_t own = fl_onednn_activation(&request->in[0]), layout = layout_of(request);
    bool by_output = fl_backend_each_of(request->layer->kind)->by_output, bf16 = layout.data_type == dnnl_bf16;
    fl_onednn_set_out(op, &layout);
    op->op.reads_out = by_output;
    op->op.reads_in = !by_output;
    fl_onednn_note_name(op, "own vectors");
    fl_onednn_memory *given = fl_onednn_borrowed(op, &own, offsetof(fl_backend_buffers, in));
    const fl_onednn_memory *in = fl_onednn_bring(op, &op->forward, given, &layout);
    const fl_onednn_memory *out = fl_onednn_borrowed(op, &layout, offsetof(fl_backend_buffers, out));
    fl_onednn_add_loop(op, &op->forward, bf16 ? forward_bf16 : forward_f32, each_of(request, &layout), 2,
                       (const fl_onednn_memory *[]){ in, out });
    if (request->training) add_backward(op, request, by_output ? out : in);
    return &op->op;
}
