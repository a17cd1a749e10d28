/* Max-pool in the layout it is given, with the ReLU that follows; oneDNN's workspace remembers the winners. */
#include "backend/onednn/onednn.h"

#include <stddef.h>

static dnnl_primitive_desc_t describe_forward(const fl_backend_request *request, const dnnl_memory_desc_t *in)
{
    dnnl_dim_t k = (dnnl_dim_t)request->layer->kernel;
    const dnnl_dims_t window = { k, k }, none = { 0, 0 };
    dnnl_memory_desc_t plain = fl_onednn_plain(fl_layer_out(request->layer, request->in.shape), in->data_type);
    dnnl_memory_desc_t out = fl_onednn_desc(plain.ndims, plain.dims, plain.data_type, dnnl_format_tag_any);
    dnnl_pooling_desc_t desc;
    fl_onednn_check(dnnl_pooling_forward_desc_init(&desc, dnnl_forward_training, dnnl_pooling_max, in, &out, window,
                                                   window, none, none),
                    "describing max-pool");
    return fl_onednn_describe(&desc, request->relu_next, NULL);
}

static dnnl_primitive_desc_t describe_backward(const fl_backend_request *request, const dnnl_memory_desc_t *in,
                                               const dnnl_memory_desc_t *out, const_dnnl_primitive_desc_t forward)
{
    dnnl_dim_t k = (dnnl_dim_t)request->layer->kernel;
    const dnnl_dims_t window = { k, k }, none = { 0, 0 };
    dnnl_pooling_desc_t desc;
    fl_onednn_check(dnnl_pooling_backward_desc_init(&desc, dnnl_pooling_max, in, out, window, window, none, none),
                    "describing max-pool's gradient");
    return fl_onednn_describe(&desc, false, forward);
}

static void add_backward(fl_onednn_op *op, dnnl_primitive_desc_t backward, const fl_onednn_memory *in,
                         const fl_onednn_memory *out, const fl_onednn_memory *winners)
{
    const fl_onednn_memory *d_out = fl_onednn_lent(op, &out->desc, offsetof(fl_backend_buffers, d_out));
    const fl_onednn_memory *d_in = fl_onednn_lent(op, &in->desc, offsetof(fl_backend_buffers, d_in));
    fl_onednn_argument arguments[] = { { DNNL_ARG_DIFF_DST, d_out },
                                       { DNNL_ARG_WORKSPACE, winners },
                                       { DNNL_ARG_DIFF_SRC, d_in } };
    fl_onednn_note(op, backward);
    if (op->op.took_relu) fl_onednn_add_relu_back(op, out, d_out, d_out);
    fl_onednn_add(op, &op->backward, backward, 3, arguments);
}

fl_backend_op *fl_onednn_max_pool(const fl_backend_request *request)
{
    fl_onednn_op *op = fl_onednn_new(request);
    dnnl_memory_desc_t in_desc = fl_onednn_activation(&request->in);
    dnnl_primitive_desc_t forward = describe_forward(request, &in_desc);
    dnnl_memory_desc_t out_desc = fl_onednn_chosen(forward, dnnl_query_dst_md);
    dnnl_memory_desc_t winners_desc = fl_onednn_chosen(forward, dnnl_query_workspace_md);
    fl_onednn_set_out(op, &out_desc);
    op->op.took_relu = request->relu_next;
    const fl_onednn_memory *in = fl_onednn_lent(op, &in_desc, offsetof(fl_backend_buffers, in));
    const fl_onednn_memory *out = fl_onednn_lent(op, &out_desc, offsetof(fl_backend_buffers, out));
    const fl_onednn_memory *winners = fl_onednn_own(op, &winners_desc);
    fl_onednn_argument arguments[] = { { DNNL_ARG_SRC, in }, { DNNL_ARG_DST, out }, { DNNL_ARG_WORKSPACE, winners } };
    fl_onednn_note(op, forward);
    if (request->training) add_backward(op, describe_backward(request, &in_desc, &out_desc, forward), in, out, winners);
    fl_onednn_add(op, &op->forward, forward, 3, arguments);
    return &op->op;
}
