/* The sum of several activations in the layout of the first, with the ReLU that may follow, in a loop of our own.
 *
 * Backward rectifies the gradient where it lies, and every input has it as it is; where an input's layout is another
 * one, each gets a copy.
 */
#include "backend/onednn/onednn.h"
#include "backend/onednn/onednn_numbers.h"
#include "base/clones.h"
#include "base/memory.h"

#include <stddef.h>

typedef struct sum {
    size_t n, n_in; /* numbers, padding included: it is zero and stays so */
    bool bf16, relu;
} sum;

/* Memories: out, then the inputs. Two at a time: more are rare. */
FL_ONEDNN_ALWAYS_INLINE void add_two(size_t n, const void *a, const void *b, void *out, bool bf16, bool relu)
{
#pragma GCC ivdep
    for (size_t i = 0; i < n; i++) {
        float total = fl_onednn_load(a, i, bf16) + fl_onednn_load(b, i, bf16);
        fl_onednn_round(out, i, relu && total < 0 ? 0 : total, bf16);
    }
}

FL_CLONES static void forward(const void *what, void *const memories[])
{
    const sum *s = what;
    for (size_t k = 1; k < s->n_in; k++) {
        const void *a = k == 1 ? memories[1] : memories[0], *b = memories[1 + k];
        bool relu = s->relu && k + 1 == s->n_in;
        if (s->bf16 && relu)
            add_two(s->n, a, b, memories[0], true, true);
        else if (s->bf16)
            add_two(s->n, a, b, memories[0], true, false);
        else if (relu)
            add_two(s->n, a, b, memories[0], false, true);
        else
            add_two(s->n, a, b, memories[0], false, false);
    }
}

static sum *sum_of(const fl_backend_request *request, const dnnl_memory_desc_t *layout)
{
    sum *s = fl_memory_new(1, sizeof *s);
    *s = (sum){ .n_in = request->n_in, .bf16 = layout->data_type == dnnl_bf16, .relu = request->relu_next };
    s->n = dnnl_memory_desc_get_size(layout) / (s->bf16 ? sizeof(uint16_t) : sizeof(float));
    return s;
}

/* The first input's, in the working precision. */
static dnnl_memory_desc_t layout_of(const fl_backend_request *request)
{
    dnnl_memory_desc_t first = fl_onednn_activation(&request->in[0]);
    dnnl_data_type_t type = fl_onednn_type(request->precision);
    size_t layout = fl_onednn_layout_find(&first);
    return first.data_type == type ? first : fl_onednn_layout_of(request->in[0].shape, type, layout);
}

static bool all_alike(const fl_backend_request *request, const dnnl_memory_desc_t *layout)
{
    for (size_t k = 0; k < request->n_in; k++) {
        dnnl_memory_desc_t own = fl_onednn_activation(&request->in[k]);
        if (!dnnl_memory_desc_equal(&own, layout)) return false;
    }
    return true;
}

static void add_forward(fl_onednn_op *op, const fl_backend_request *request, const fl_onednn_memory *out)
{
    const fl_onednn_memory *memories[1 + FL_LAYER_FROM] = { out };
    for (size_t k = 0; k < request->n_in; k++) {
        dnnl_memory_desc_t own = fl_onednn_activation(&request->in[k]);
        fl_onednn_memory *in = fl_onednn_borrowed(op, &own, offsetof(fl_backend_buffers, in) + k * sizeof(void *));
        memories[1 + k] = fl_onednn_bring(op, &op->forward, in, &op->out);
    }
    fl_onednn_add_loop(op, &op->forward, forward, sum_of(request, &op->out), 1 + request->n_in, memories);
}

static void add_backward(fl_onednn_op *op, const fl_backend_request *request, const fl_onednn_memory *out)
{
    fl_onednn_memory *d_out = fl_onednn_borrowed(op, &op->out, offsetof(fl_backend_buffers, d_out));
    if (request->relu_next) fl_onednn_add_relu_back(op, out, d_out, d_out);
    for (size_t k = 0; k < request->n_in && !op->op.passes; k++) {
        dnnl_memory_desc_t own = fl_onednn_activation(&request->in[k]);
        size_t place = offsetof(fl_backend_buffers, d_in) + k * sizeof(void *);
        fl_onednn_add_reorder(op, &op->backward, d_out, fl_onednn_borrowed(op, &own, place));
    }
}

fl_backend_op *fl_onednn_sum(const fl_backend_request *request)
{
    fl_onednn_op *op = fl_onednn_new(request);
    dnnl_memory_desc_t layout = layout_of(request);
    fl_onednn_set_out(op, &layout);
    op->op.fused_relu = op->op.reads_out = request->relu_next;
    op->op.passes = all_alike(request, &layout);
    op->op.reads_in = false;
    fl_onednn_note_name(op, "own loops");
    const fl_onednn_memory *out = fl_onednn_borrowed(op, &layout, offsetof(fl_backend_buffers, out));
    add_forward(op, request, out);
    if (request->training) add_backward(op, request, out);
    return &op->op;
}
