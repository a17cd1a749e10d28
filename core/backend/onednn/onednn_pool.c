/* Max-pool in the layout it is given, with the ReLU that follows, by loops of our own. */
#include "backend/onednn/onednn.h"
#include "base/memory.h"

#include <stddef.h>

/* The layouts convolutions choose, and how many numbers a pixel has in each; 0: all channels. */
static const struct {
    dnnl_format_tag_t tag;
    size_t inner;
} layouts[] = { { dnnl_nChw16c, 16 }, { dnnl_nhwc, 0 }, { dnnl_nChw8c, 8 }, { dnnl_nChw4c, 4 }, { dnnl_nchw, 1 } };

enum { N_LAYOUTS = sizeof layouts / sizeof *layouts, CHANNELS_LAST = 1 };

/* Which of them `desc` is; channels last where it is none, and then the input is reordered. */
static size_t find_layout(const dnnl_memory_desc_t *desc)
{
    for (size_t i = 0; i < N_LAYOUTS; i++) {
        dnnl_memory_desc_t known = fl_onednn_desc(4, desc->dims, desc->data_type, layouts[i].tag);
        if (dnnl_memory_desc_equal(desc, &known)) return i;
    }
    return CHANNELS_LAST;
}

static fl_onednn_pool *describe(const fl_backend_request *request, const dnnl_memory_desc_t *in, size_t inner)
{
    fl_onednn_pool *pool = fl_memory_new(1, sizeof *pool);
    fl_tensor_shape shape = request->in.shape;
    size_t channels = (size_t)in->padded_dims[1];
    *pool = (fl_onednn_pool){
        .planes = inner ? shape.n * channels / inner : shape.n,
        .h = shape.h,
        .w = shape.w,
        .inner = inner ? inner : channels,
        .kernel = request->layer->kernel,
        .bf16 = in->data_type == dnnl_bf16,
        .relu = request->relu_next,
    };
    return pool;
}

static void add_backward(fl_onednn_op *op, const fl_onednn_pool *pool, const fl_onednn_memory *in,
                         const fl_onednn_memory *in_seam, const fl_onednn_memory *places)
{
    fl_onednn_pool *own = fl_memory_new(1, sizeof *own);
    const fl_onednn_memory *d_out = fl_onednn_lent(op, &op->out, offsetof(fl_backend_buffers, d_out));
    const fl_onednn_memory *d_seam = fl_onednn_lent(op, &in_seam->desc, offsetof(fl_backend_buffers, d_in));
    const fl_onednn_memory *d_in = in == in_seam ? d_seam : fl_onednn_own(op, &in->desc);
    *own = *pool;
    fl_onednn_add_loop(op, &op->backward, fl_onednn_pool_backward, own, 3,
                       (const fl_onednn_memory *[]){ d_out, places, d_in });
    if (d_in != d_seam) fl_onednn_add_reorder(op, &op->backward, d_in, d_seam);
}

fl_backend_op *fl_onednn_max_pool(const fl_backend_request *request)
{
    fl_onednn_op *op = fl_onednn_new(request);
    dnnl_memory_desc_t seam_desc = fl_onednn_activation(&request->in);
    size_t layout = find_layout(&seam_desc);
    dnnl_memory_desc_t in_desc = fl_onednn_desc(4, seam_desc.dims, seam_desc.data_type, layouts[layout].tag);
    dnnl_memory_desc_t out_desc = fl_onednn_plain(fl_layer_out(request->layer, request->in.shape), in_desc.data_type);
    out_desc = fl_onednn_desc(4, out_desc.dims, out_desc.data_type, layouts[layout].tag);
    fl_onednn_pool *pool = describe(request, &in_desc, layouts[layout].inner);
    dnnl_dim_t bytes = (dnnl_dim_t)fl_onednn_pool_places(pool);
    dnnl_memory_desc_t places_desc = fl_onednn_desc(1, &bytes, dnnl_u8, dnnl_a);
    fl_onednn_set_out(op, &out_desc);
    op->op.fused_relu = request->relu_next;
    fl_onednn_memory *in_seam = fl_onednn_lent(op, &seam_desc, offsetof(fl_backend_buffers, in));
    const fl_onednn_memory *in = fl_onednn_bring(op, &op->forward, in_seam, &in_desc);
    const fl_onednn_memory *out = fl_onednn_lent(op, &out_desc, offsetof(fl_backend_buffers, out));
    const fl_onednn_memory *places = fl_onednn_own(op, &places_desc);
    fl_onednn_note_name(op, "own loops");
    if (request->training) add_backward(op, pool, in, in_seam, places);
    fl_onednn_add_loop(op, &op->forward, fl_onednn_pool_forward, pool, 3,
                       (const fl_onednn_memory *[]){ in, out, places });
    return &op->op;
}
