/* Max-pool in the layout it is given; oneDNN's workspace remembers the winners. */
#include "math/onednn.h"

#include <stddef.h>

static dnnl_primitive_desc_t describe_forward(const fl_request *request, const dnnl_memory_desc_t *in)
{
    dnnl_dim_t k = (dnnl_dim_t)request->layer->kernel;
    const dnnl_dims_t window = { k, k }, none = { 0, 0 };
    fl_shape shape = fl_layer_out(request->layer, request->in.shape);
    dnnl_memory_desc_t out = fl_onednn_plain(shape, in->data_type);
    out = fl_onednn_desc(4, out.dims, in->data_type, dnnl_format_tag_any);
    dnnl_prop_kind_t kind = request->training ? dnnl_forward_training : dnnl_forward_inference;
    dnnl_pooling_desc_t desc;
    fl_onednn_check(dnnl_pooling_forward_desc_init(&desc, kind, dnnl_pooling_max, in, &out, window, window, none, none),
                    "describing max-pool");
    return fl_onednn_describe(&desc, false, NULL);
}

static dnnl_primitive_desc_t describe_backward(const fl_request *request, const dnnl_memory_desc_t *in,
                                               const dnnl_memory_desc_t *out, const_dnnl_primitive_desc_t forward)
{
    dnnl_dim_t k = (dnnl_dim_t)request->layer->kernel;
    const dnnl_dims_t window = { k, k }, none = { 0, 0 };
    dnnl_pooling_desc_t desc;
    fl_onednn_check(dnnl_pooling_backward_desc_init(&desc, dnnl_pooling_max, in, out, window, window, none, none),
                    "describing max-pool's gradient");
    return fl_onednn_describe(&desc, false, forward);
}

static void add_training(fl_onednn_op *op, const fl_request *request, dnnl_primitive_desc_t forward,
                         const fl_onednn_memory *in, const fl_onednn_memory *out)
{
    dnnl_memory_desc_t winners = fl_onednn_chosen(forward, dnnl_query_workspace_md);
    const fl_onednn_memory *workspace = fl_onednn_own(op, &winners);
    dnnl_primitive_desc_t backward = describe_backward(request, &in->desc, &out->desc, forward);
    fl_onednn_note(op, backward);
    fl_onednn_argument there[] = { { DNNL_ARG_SRC, in }, { DNNL_ARG_DST, out }, { DNNL_ARG_WORKSPACE, workspace } };
    fl_onednn_argument back[] = { { DNNL_ARG_DIFF_DST, fl_onednn_lent(op, &out->desc, offsetof(fl_buffers, d_out)) },
                                  { DNNL_ARG_DIFF_SRC, fl_onednn_lent(op, &in->desc, offsetof(fl_buffers, d_in)) },
                                  { DNNL_ARG_WORKSPACE, workspace } };
    fl_onednn_add(op, &op->forward, forward, 3, there);
    fl_onednn_add(op, &op->backward, backward, 3, back);
}

fl_op *fl_onednn_max_pool(const fl_request *request)
{
    fl_onednn_op *op = fl_onednn_new(request);
    dnnl_memory_desc_t in_desc = fl_onednn_seam(&request->in);
    dnnl_primitive_desc_t forward = describe_forward(request, &in_desc);
    dnnl_memory_desc_t out_desc = fl_onednn_chosen(forward, dnnl_query_dst_md);
    fl_onednn_set_out(op, &out_desc);
    const fl_onednn_memory *in = fl_onednn_lent(op, &in_desc, offsetof(fl_buffers, in));
    const fl_onednn_memory *out = fl_onednn_lent(op, &out_desc, offsetof(fl_buffers, out));
    fl_onednn_note(op, forward);
    if (request->training)
        add_training(op, request, forward, in, out);
    else
        fl_onednn_add(op, &op->forward, forward, 2,
                      (fl_onednn_argument[]){ { DNNL_ARG_SRC, in }, { DNNL_ARG_DST, out } });
    return &op->op;
}
