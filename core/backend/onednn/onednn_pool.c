/* Max-pool in the layout it is given, with the ReLU that follows: of windows side by side by loops of our own
 * (onednn_pool_rows.c), of others by onednn_windows.c. */
#include "backend/onednn/onednn.h"
#include "base/memory.h"

#include <stddef.h>

static fl_onednn_pool describe(const fl_backend_request *request, const dnnl_memory_desc_t *in, size_t inner)
{
    fl_tensor_shape shape = request->in[0].shape;
    size_t channels = (size_t)in->padded_dims[1];
    return (fl_onednn_pool){
        .planes = inner ? shape.n * channels / inner : shape.n,
        .h = shape.h,
        .w = shape.w,
        .inner = inner ? inner : channels,
        .kernel = request->layer->kernel,
        .bf16 = in->data_type == dnnl_bf16,
        .relu = request->relu_next,
    };
}

/* A step owns what it is given. */
static fl_onednn_pool *copy(const fl_onednn_pool *pool)
{
    fl_onednn_pool *copied = fl_memory_new(1, sizeof *copied);
    *copied = *pool;
    return copied;
}

static void add_forward(fl_onednn_op *op, const fl_onednn_pool *pool, const fl_onednn_memory *in,
                        const fl_onednn_memory *places)
{
    const fl_onednn_memory *out = fl_onednn_borrowed(op, &op->out, offsetof(fl_backend_buffers, out));
    fl_onednn_add_loop(op, &op->forward, fl_onednn_pool_forward, copy(pool), 3,
                       (const fl_onednn_memory *[]){ in, out, places });
}

static void add_backward(fl_onednn_op *op, const fl_onednn_pool *pool, const fl_onednn_memory *in,
                         const fl_onednn_memory *activation, const fl_onednn_memory *places)
{
    const fl_onednn_memory *d_out = fl_onednn_borrowed(op, &op->out, offsetof(fl_backend_buffers, d_out));
    const fl_onednn_memory *d_activation =
        fl_onednn_borrowed(op, &activation->desc, offsetof(fl_backend_buffers, d_in));
    const fl_onednn_memory *d_in = in == activation ? d_activation : fl_onednn_allocated(op, &in->desc);
    fl_onednn_add_loop(op, &op->backward, fl_onednn_pool_backward, copy(pool), 3,
                       (const fl_onednn_memory *[]){ d_out, places, d_in });
    if (d_in != d_activation) fl_onednn_add_reorder(op, &op->backward, d_in, d_activation);
}

static fl_backend_op *tiles(const fl_backend_request *request)
{
    fl_onednn_op *op = fl_onednn_new(request);
    dnnl_memory_desc_t activation_desc = fl_onednn_activation(&request->in[0]);
    size_t layout = fl_onednn_layout_find(&activation_desc);
    dnnl_memory_desc_t in_desc = fl_onednn_layout_of(request->in[0].shape, activation_desc.data_type, layout);
    dnnl_memory_desc_t out_desc = fl_onednn_layout_of(op->op.out.shape, activation_desc.data_type, layout);
    fl_onednn_pool pool = describe(request, &in_desc, fl_onednn_layout_inner(layout));
    dnnl_dim_t bytes = (dnnl_dim_t)fl_onednn_pool_places(&pool);
    dnnl_memory_desc_t places_desc = fl_onednn_desc(1, &bytes, dnnl_u8, dnnl_a);
    fl_onednn_set_out(op, &out_desc);
    op->op.fused_relu = request->relu_next;
    op->op.reads_in = op->op.reads_out = false;
    fl_onednn_memory *activation = fl_onednn_borrowed(op, &activation_desc, offsetof(fl_backend_buffers, in));
    const fl_onednn_memory *in = fl_onednn_bring(op, &op->forward, activation, &in_desc);
    const fl_onednn_memory *places = fl_onednn_allocated(op, &places_desc);
    fl_onednn_note_name(op, "own loops");
    add_forward(op, &pool, in, places);
    if (request->training) add_backward(op, &pool, in, activation, places);
    return &op->op;
}

fl_backend_op *fl_onednn_max_pool(const fl_backend_request *request)
{
    fl_layer_window window = fl_layer_window_on(request->layer, request->in[0].shape);
    bool side_by_side = window.stride == window.h && window.h == window.w && !window.pad;
    return side_by_side ? tiles(request) : fl_onednn_windows(request);
}
