/* ReLU in the layout it is given, and its gradient from the output alone: what dense and convolution use for the ReLU
 * they took over.
 */
#include "backend/onednn/onednn.h"

#include <stddef.h>

static const dnnl_alg_kind_t relu = dnnl_eltwise_relu_use_dst_for_bwd;

static dnnl_primitive_desc_t describe_forward(const dnnl_memory_desc_t *layout)
{
    dnnl_eltwise_desc_t desc;
    fl_onednn_check(dnnl_eltwise_forward_desc_init(&desc, dnnl_forward_training, relu, layout, 0, 0),
                    "describing ReLU");
    return fl_onednn_describe(&desc, false, NULL);
}

void fl_onednn_add_relu_back(fl_onednn_op *op, const fl_onednn_memory *out, const fl_onednn_memory *d_out,
                             const fl_onednn_memory *d_in)
{
    dnnl_eltwise_desc_t desc;
    dnnl_primitive_desc_t forward = describe_forward(&out->desc);
    fl_onednn_check(dnnl_eltwise_backward_desc_init(&desc, relu, &d_out->desc, &out->desc, 0, 0),
                    "describing ReLU's gradient");
    dnnl_primitive_desc_t backward = fl_onednn_describe(&desc, false, forward);
    dnnl_primitive_desc_destroy(forward);
    fl_onednn_argument arguments[] = { { DNNL_ARG_DST, out },
                                       { DNNL_ARG_DIFF_DST, d_out },
                                       { DNNL_ARG_DIFF_SRC, d_in } };
    fl_onednn_add(op, &op->backward, backward, 3, arguments);
}

fl_backend_op *fl_onednn_relu(const fl_backend_request *request)
{
    fl_onednn_op *op = fl_onednn_new(request);
    dnnl_memory_desc_t layout = fl_onednn_activation(&request->in);
    dnnl_primitive_desc_t forward = describe_forward(&layout);
    fl_onednn_set_out(op, &layout);
    fl_onednn_memory *in = fl_onednn_lent(op, &layout, offsetof(fl_backend_buffers, in));
    fl_onednn_memory *out = fl_onednn_lent(op, &layout, offsetof(fl_backend_buffers, out));
    fl_onednn_note(op, forward);
    fl_onednn_add(op, &op->forward, forward, 2, (fl_onednn_argument[]){ { DNNL_ARG_SRC, in }, { DNNL_ARG_DST, out } });
    if (request->training)
        fl_onednn_add_relu_back(op, out, fl_onednn_lent(op, &layout, offsetof(fl_backend_buffers, d_out)),
                                fl_onednn_lent(op, &layout, offsetof(fl_backend_buffers, d_in)));
    return &op->op;
}
