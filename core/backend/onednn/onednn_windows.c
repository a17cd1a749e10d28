/* Max- and average-pool of any windows by the library: those that overlap, reach beyond the image, or are the whole of
 * it. A sequence is an image with its positions as rows and its values as channels, which lie last. */
#include "backend/onednn/onednn.h"

#include <stddef.h>

typedef struct plan {
    fl_onednn_op *op;
    const fl_backend_request *request;
    dnnl_memory_desc_t in, out;         /* as the library sees them */
    dnnl_memory_desc_t own_in, own_out; /* as the activations are */
    dnnl_dims_t kernel, strides, pads;
    dnnl_alg_kind_t how;
    dnnl_primitive_desc_t forward;
    const fl_onednn_memory *kept; /* which place of a window won, or NULL */
} plan;

static dnnl_memory_desc_t image_of(fl_tensor_shape shape, dnnl_data_type_t type)
{
    fl_tensor_shape image = { shape.n, shape.h, shape.c, 1 };
    dnnl_memory_desc_t plain = fl_onednn_plain(image, type);
    return fl_onednn_desc(4, plain.dims, type, dnnl_nhwc);
}

static void find_shapes(plan *p)
{
    fl_tensor_shape in = p->request->in[0].shape, out = p->op->op.out.shape;
    fl_layer_window window = fl_layer_window_on(p->request->layer, in);
    p->own_in = fl_onednn_activation(&p->request->in[0]);
    dnnl_data_type_t type = p->own_in.data_type;
    bool sequence = in.form == FL_TENSOR_SEQUENCE;
    size_t layout = fl_onednn_layout_find(&p->own_in);
    p->in = sequence ? image_of(in, type) : fl_onednn_layout_of(in, type, layout);
    p->own_out = sequence ? fl_onednn_plain(out, type) : fl_onednn_layout_of(out, type, layout);
    p->out = sequence ? fl_onednn_desc(4, p->own_out.dims, type, dnnl_nhwc) : p->own_out;
    dnnl_dim_t rows = (dnnl_dim_t)(sequence ? in.c : window.h), columns = (dnnl_dim_t)(sequence ? 1 : window.w);
    for (size_t d = 0; d < 2; d++) {
        p->kernel[d] = d ? columns : rows;
        p->strides[d] = (dnnl_dim_t)window.stride;
        p->pads[d] = (dnnl_dim_t)window.pad;
    }
}

/* A sequence's bytes are its image's as they lie. */
static fl_onednn_memory *seen(const plan *p, fl_onednn_pass *pass, size_t place)
{
    fl_onednn_memory *own = fl_onednn_borrowed(p->op, &p->own_in, place);
    if (p->request->in[0].shape.form == FL_TENSOR_SEQUENCE) return fl_onednn_view(p->op, own, &p->in);
    return pass ? fl_onednn_bring(p->op, pass, own, &p->in) : own;
}

static fl_onednn_memory *result(const plan *p, size_t place)
{
    return fl_onednn_view(p->op, fl_onednn_borrowed(p->op, &p->own_out, place), &p->out);
}

static void describe(plan *p)
{
    dnnl_pooling_desc_t desc;
    fl_onednn_check(
        dnnl_pooling_forward_desc_init(&desc, p->request->training ? dnnl_forward_training : dnnl_forward_inference,
                                       p->how, &p->in, &p->out, p->strides, p->kernel, p->pads, p->pads),
        "describing a pool");
    p->forward = fl_onednn_describe(&desc, false, NULL);
    fl_onednn_note(p->op, p->forward);
    if (!p->request->training || p->how != dnnl_pooling_max) return;
    dnnl_memory_desc_t kept = fl_onednn_chosen(p->forward, dnnl_query_workspace_md);
    p->kept = fl_onednn_allocated(p->op, &kept);
}

static void add_forward(plan *p)
{
    fl_onednn_argument arguments[] = {
        { DNNL_ARG_SRC, seen(p, &p->op->forward, offsetof(fl_backend_buffers, in)) },
        { DNNL_ARG_DST, result(p, offsetof(fl_backend_buffers, out)) },
        { DNNL_ARG_WORKSPACE, p->kept },
    };
    fl_onednn_add(p->op, &p->op->forward, p->forward, p->kept ? 3 : 2, arguments);
}

static void add_backward(plan *p, dnnl_primitive_desc_t hint)
{
    dnnl_pooling_desc_t desc;
    fl_onednn_check(
        dnnl_pooling_backward_desc_init(&desc, p->how, &p->in, &p->out, p->strides, p->kernel, p->pads, p->pads),
        "describing the gradient of a pool");
    dnnl_primitive_desc_t backward = fl_onednn_describe(&desc, false, hint);
    fl_onednn_memory *d_in = seen(p, NULL, offsetof(fl_backend_buffers, d_in));
    bool same = dnnl_memory_desc_equal(&d_in->desc, &p->in);
    const fl_onednn_memory *written = same ? d_in : fl_onednn_allocated(p->op, &p->in);
    fl_onednn_argument arguments[] = {
        { DNNL_ARG_DIFF_DST, result(p, offsetof(fl_backend_buffers, d_out)) },
        { DNNL_ARG_DIFF_SRC, written },
        { DNNL_ARG_WORKSPACE, p->kept },
    };
    fl_onednn_note(p->op, backward);
    fl_onednn_add(p->op, &p->op->backward, backward, p->kept ? 3 : 2, arguments);
    if (!same) fl_onednn_add_reorder(p->op, &p->op->backward, written, d_in);
}

fl_backend_op *fl_onednn_windows(const fl_backend_request *request)
{
    plan p = { .op = fl_onednn_new(request), .request = request };
    dnnl_primitive_desc_t hint;
    p.how = request->layer->kind == FL_LAYER_MAX_POOL ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding;
    find_shapes(&p);
    fl_onednn_set_out(p.op, &p.own_out);
    p.op->op.reads_in = p.op->op.reads_out = false;
    describe(&p);
    fl_onednn_check(dnnl_primitive_desc_clone(&hint, p.forward), "keeping a descriptor");
    add_forward(&p);
    if (request->training) add_backward(&p, hint);
    dnnl_primitive_desc_destroy(hint);
    return &p.op->op;
}
