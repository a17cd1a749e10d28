/* ReLU in the layout it is given, and its gradient from the output alone: what dense and convolution use for the ReLU
 * they took over. Loops of our own: a small batch spends more time in a call of the library's than in the loop. A NaN
 * passes, as in naive.
 */
#include "backend/onednn/onednn.h"
#include "backend/onednn/onednn_numbers.h"
#include "base/clones.h"
#include "base/memory.h"

#include <stddef.h>

typedef struct relu {
    size_t n; /* numbers, padding included: it is zero and stays so */
    bool bf16;
} relu;

static relu *relu_of(const dnnl_memory_desc_t *layout)
{
    relu *r = fl_memory_new(1, sizeof *r);
    r->bf16 = layout->data_type == dnnl_bf16;
    r->n = dnnl_memory_desc_get_size(layout) / (r->bf16 ? sizeof(uint16_t) : sizeof(float));
    return r;
}

FL_ONEDNN_ALWAYS_INLINE void rectify(size_t n, const void *in, void *out, bool bf16)
{
    FL_ONEDNN_INDEPENDENT
    for (size_t i = 0; i < n; i++) {
        float value = fl_onednn_load(in, i, bf16);
        fl_onednn_store(out, i, value < 0 ? 0 : value, bf16);
    }
}

/* A mask: with a condition the loop is not vectorised. */
FL_ONEDNN_ALWAYS_INLINE void let_through(size_t n, const void *out, const void *d_out, void *d_in, bool bf16)
{
    FL_ONEDNN_INDEPENDENT
    for (size_t i = 0; i < n; i++) {
        uint32_t positive = (uint32_t) - (fl_onednn_load(out, i, bf16) > 0);
        fl_onednn_store_bits(d_in, i, fl_onednn_load_bits(d_out, i, bf16) & positive, bf16);
    }
}

/* Memories: in, out. */
FL_CLONES static void forward(const void *what, void *const memories[])
{
    const relu *r = what;
    if (r->bf16)
        rectify(r->n, memories[0], memories[1], true);
    else
        rectify(r->n, memories[0], memories[1], false);
}

/* Memories: out, d_out, d_in. */
FL_CLONES static void backward(const void *what, void *const memories[])
{
    const relu *r = what;
    if (r->bf16)
        let_through(r->n, memories[0], memories[1], memories[2], true);
    else
        let_through(r->n, memories[0], memories[1], memories[2], false);
}

void fl_onednn_add_relu_back(fl_onednn_op *op, const fl_onednn_memory *out, const fl_onednn_memory *d_out,
                             const fl_onednn_memory *d_in)
{
    fl_onednn_add_loop(op, &op->backward, backward, relu_of(&out->desc), 3,
                       (const fl_onednn_memory *[]){ out, d_out, d_in });
}

fl_backend_op *fl_onednn_relu(const fl_backend_request *request)
{
    fl_onednn_op *op = fl_onednn_new(request);
    dnnl_memory_desc_t layout = fl_onednn_activation(&request->in[0]);
    fl_onednn_set_out(op, &layout);
    op->op.reads_in = false;
    fl_onednn_memory *in = fl_onednn_borrowed(op, &layout, offsetof(fl_backend_buffers, in));
    fl_onednn_memory *out = fl_onednn_borrowed(op, &layout, offsetof(fl_backend_buffers, out));
    fl_onednn_note_name(op, "own loops");
    fl_onednn_add_loop(op, &op->forward, forward, relu_of(&layout), 2, (const fl_onednn_memory *[]){ in, out });
    if (request->training)
        fl_onednn_add_relu_back(op, out, fl_onednn_borrowed(op, &layout, offsetof(fl_backend_buffers, d_out)),
                                fl_onednn_borrowed(op, &layout, offsetof(fl_backend_buffers, d_in)));
    return &op->op;
}
