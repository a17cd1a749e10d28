/* From one layout to another: between canonical order and the library's own, for ops that fall back to naive and for
 * import and export.
 */
#include "backend/onednn/onednn.h"
#include "base/memory.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

struct fl_onednn_move {
    fl_onednn_op *op;
    void *scratchpad;
};

fl_onednn_move *fl_onednn_move_new(const dnnl_memory_desc_t *from, const dnnl_memory_desc_t *to)
{
    fl_onednn_move *move = fl_memory_new(1, sizeof *move);
    fl_backend_request forward_only = { 0 };
    move->op = fl_onednn_new(&forward_only);
    fl_onednn_memory *source = fl_onednn_borrowed(move->op, from, offsetof(fl_backend_buffers, in));
    fl_onednn_memory *target = fl_onednn_borrowed(move->op, to, offsetof(fl_backend_buffers, out));
    fl_onednn_add_reorder(move->op, &move->op->forward, source, target);
    move->scratchpad = fl_memory_new(move->op->op.workspace_bytes, 1);
    return move;
}

void fl_onednn_move_run(const fl_onednn_move *move, const float *from, float *to)
{
    fl_backend_op *op = &move->op->op;
    op->bind(op, &(fl_backend_buffers){ .in = { from }, .out = to, .workspace = move->scratchpad });
    op->forward(op);
}

void fl_onednn_move_free(fl_onednn_move *move)
{
    if (!move) return;
    move->op->op.free(&move->op->op);
    free(move->scratchpad);
    free(move);
}

/* A vector of the same numbers. */
fl_backend_op *fl_onednn_flatten(const fl_backend_request *request)
{
    fl_onednn_op *op = fl_onednn_new(request);
    dnnl_memory_desc_t layout = fl_onednn_activation(&request->in[0]);
    dnnl_memory_desc_t plain = fl_onednn_plain(request->in[0].shape, layout.data_type);
    dnnl_memory_desc_t vector = fl_onednn_plain(op->op.out.shape, layout.data_type);
    fl_onednn_set_out(op, &vector);
    op->op.reads_in = op->op.reads_out = false;
    op->op.passes = dnnl_memory_desc_equal(&layout, &plain);
    fl_onednn_add_reorder(op, &op->forward, fl_onednn_borrowed(op, &layout, offsetof(fl_backend_buffers, in)),
                          fl_onednn_borrowed(op, &plain, offsetof(fl_backend_buffers, out)));
    if (request->training && !op->op.passes)
        fl_onednn_add_reorder(op, &op->backward, fl_onednn_borrowed(op, &plain, offsetof(fl_backend_buffers, d_out)),
                              fl_onednn_borrowed(op, &layout, offsetof(fl_backend_buffers, d_in)));
    fl_onednn_note_name(op, "reorder");
    return &op->op;
}

fl_backend_op *fl_onednn_to_canonical(const fl_backend_request *request)
{
    fl_onednn_op *op = fl_onednn_new(request);
    dnnl_memory_desc_t layout = fl_onednn_activation(&request->in[0]),
                       canonical = fl_onednn_plain(request->in[0].shape, dnnl_f32);
    fl_onednn_set_out(op, &canonical);
    op->op.reads_in = op->op.reads_out = false;
    fl_onednn_add_reorder(op, &op->forward, fl_onednn_borrowed(op, &layout, offsetof(fl_backend_buffers, in)),
                          fl_onednn_borrowed(op, &canonical, offsetof(fl_backend_buffers, out)));
    if (request->training)
        fl_onednn_add_reorder(op, &op->backward,
                              fl_onednn_borrowed(op, &canonical, offsetof(fl_backend_buffers, d_out)),
                              fl_onednn_borrowed(op, &layout, offsetof(fl_backend_buffers, d_in)));
    snprintf(op->op.implementation, sizeof op->op.implementation, "reorder");
    return &op->op;
}
