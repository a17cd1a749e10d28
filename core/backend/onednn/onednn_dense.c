/* Dense by inner product over rows: examples, or the positions of a sequence.
 *
 * The rows are plain on both sides: then the library takes its brgemm kernels, with one weight layout for all three
 * passes; on four-dimensional inputs it falls back to a plain gemm. Weights are free for it to lay out. Groups are
 * products of floats by columns (backend/canonical_dense.c).
 */
#include "backend/onednn/onednn_product.h"
#include "backend/onednn/onednn.h"

static fl_onednn_shapes shapes(const fl_backend_request *request)
{
    fl_tensor_shape in = request->in[0].shape;
    dnnl_data_type_t type = fl_onednn_type(request->precision);
    dnnl_data_type_t out_type = request->canonical_next ? dnnl_f32 : type;
    dnnl_dim_t batch = (dnnl_dim_t)fl_tensor_shape_rows(in), n_in = (dnnl_dim_t)fl_tensor_shape_columns(in);
    dnnl_dim_t n_out = (dnnl_dim_t)request->layer->n_out;
    return (fl_onednn_shapes){
        .in = fl_onednn_desc(2, (dnnl_dim_t[]){ batch, n_in }, type, dnnl_ab),
        .weights = fl_onednn_desc(2, (dnnl_dim_t[]){ n_out, n_in }, type, dnnl_format_tag_any),
        .bias = fl_onednn_desc(1, (dnnl_dim_t[]){ n_out }, dnnl_f32, dnnl_a),
        .out = fl_onednn_desc(2, (dnnl_dim_t[]){ batch, n_out }, out_type, dnnl_ab),
    };
}

static dnnl_status_t forward(fl_onednn_desc_of *desc, const fl_backend_request *request, const fl_onednn_shapes *s)
{
    return dnnl_inner_product_forward_desc_init(&desc->dense, dnnl_forward_training, &s->in, &s->weights,
                                                fl_onednn_bias(request, s), &s->out);
}

static dnnl_status_t backward_data(fl_onednn_desc_of *desc, const fl_backend_request *request,
                                   const fl_onednn_shapes *s)
{
    return dnnl_inner_product_backward_data_desc_init(&desc->dense, &s->in, &s->weights, &s->out);
}

static dnnl_status_t backward_weights(fl_onednn_desc_of *desc, const fl_backend_request *request,
                                      const fl_onednn_shapes *s)
{
    return dnnl_inner_product_backward_weights_desc_init(&desc->dense, &s->in, &s->weights, fl_onednn_bias(request, s),
                                                         &s->out);
}

fl_backend_op *fl_onednn_dense(const fl_backend_request *request)
{
    static const fl_onednn_weighted dense = { shapes, forward, backward_data, backward_weights };
    if (request->layer->groups > 1) return fl_backend_dense(request, fl_onednn_product);
    return fl_onednn_plan_weighted(request, &dense);
}
