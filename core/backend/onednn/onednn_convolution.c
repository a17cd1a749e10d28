/* Convolution by the direct algorithm: Winograd is less accurate, and "auto" would choose by the number of processors.
 */
#include "backend/onednn/onednn.h"

static fl_onednn_shapes shapes(const fl_backend_request *request)
{
    fl_tensor_shape in = request->in[0].shape, out = fl_layer_out(request->layer, in);
    dnnl_data_type_t type = fl_onednn_type(request->precision);
    dnnl_dim_t batch = (dnnl_dim_t)in.n, c = (dnnl_dim_t)in.c, o = (dnnl_dim_t)out.c;
    dnnl_dim_t k = (dnnl_dim_t)request->layer->kernel, groups = (dnnl_dim_t)request->layer->groups;
    dnnl_dim_t image[] = { batch, c, (dnnl_dim_t)in.h, (dnnl_dim_t)in.w };
    dnnl_dim_t filters[] = { groups, o / groups, c / groups, k, k };
    bool grouped = groups > 1;
    dnnl_dim_t result[] = { batch, o, (dnnl_dim_t)out.h, (dnnl_dim_t)out.w };
    return (fl_onednn_shapes){
        .in = fl_onednn_desc(4, image, type, dnnl_format_tag_any),
        .weights = fl_onednn_desc(grouped ? 5 : 4, filters + !grouped, type, dnnl_format_tag_any),
        .bias = fl_onednn_desc(1, &o, dnnl_f32, dnnl_a),
        .out = fl_onednn_desc(4, result, type, dnnl_format_tag_any),
    };
}

typedef struct window {
    dnnl_dims_t strides, pads;
} window;

static window window_of(const fl_backend_request *request)
{
    dnnl_dim_t stride = (dnnl_dim_t)request->layer->stride, pad = (dnnl_dim_t)request->layer->pad;
    return (window){ { stride, stride }, { pad, pad } };
}

static dnnl_status_t forward(fl_onednn_desc_of *desc, const fl_backend_request *request, const fl_onednn_shapes *s)
{
    window w = window_of(request);
    return dnnl_convolution_forward_desc_init(&desc->convolution, dnnl_forward_training, dnnl_convolution_direct,
                                              &s->in, &s->weights, fl_onednn_bias(request, s), &s->out, w.strides,
                                              w.pads, w.pads);
}

static dnnl_status_t backward_data(fl_onednn_desc_of *desc, const fl_backend_request *request,
                                   const fl_onednn_shapes *s)
{
    window w = window_of(request);
    return dnnl_convolution_backward_data_desc_init(&desc->convolution, dnnl_convolution_direct, &s->in, &s->weights,
                                                    &s->out, w.strides, w.pads, w.pads);
}

static dnnl_status_t backward_weights(fl_onednn_desc_of *desc, const fl_backend_request *request,
                                      const fl_onednn_shapes *s)
{
    window w = window_of(request);
    return dnnl_convolution_backward_weights_desc_init(&desc->convolution, dnnl_convolution_direct, &s->in, &s->weights,
                                                       fl_onednn_bias(request, s), &s->out, w.strides, w.pads, w.pads);
}

static const fl_onednn_weighted convolution = { shapes, forward, backward_data, backward_weights };

fl_backend_op *fl_onednn_convolution(const fl_backend_request *request)
{
    return fl_onednn_planes_serve(request) ? fl_onednn_planes(request) : fl_onednn_plan_weighted(request, &convolution);
}

/* By a binary post-op, which adds to what the kernel has summed up, as the sum apart does in training. The sum post-op
 * begins with the other array and adds products to it: other roundings. In bf16 either leaves one out, between the
 * two. */
fl_backend_op *fl_onednn_convolution_sum(const fl_backend_request *request)
{
    bool serves = request->precision == FL_BACKEND_F32 && !fl_onednn_planes_serve(request) &&
                  fl_onednn_sum_serves(request, &convolution);
    return serves ? fl_onednn_plan_weighted(request, &convolution) : NULL;
}
