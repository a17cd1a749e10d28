/* Which kinds have tangents of their own, and by what the others get theirs. */
#include "backend/tangent.h"
#include "backend/canonical.h"
#include "backend/tangent_kinds.h"

static const fl_backend_tangent_code *const codes[FL_LAYER_KINDS] = {
    [FL_LAYER_RELU] = &fl_backend_tangent_relu,
    [FL_LAYER_SIGMOID] = &fl_backend_tangent_sigmoid,
    [FL_LAYER_TANH] = &fl_backend_tangent_tanh,
    [FL_LAYER_GELU] = &fl_backend_tangent_gelu,
    [FL_LAYER_MAX_POOL] = &fl_backend_tangent_max_pool,
    [FL_LAYER_BATCH_NORM] = &fl_backend_tangent_batch_norm,
    [FL_LAYER_LAYER_NORM] = &fl_backend_tangent_layer_norm,
    [FL_LAYER_LSTM] = &fl_backend_tangent_lstm,
    [FL_LAYER_ATTENTION] = &fl_backend_tangent_attention,
    [FL_LAYER_SOFTMAX_CROSS_ENTROPY] = &fl_backend_tangent_softmax_cross_entropy,
    [FL_LAYER_SIGMOID_CROSS_ENTROPY] = &fl_backend_tangent_sigmoid_cross_entropy,
    [FL_LAYER_MEAN_SQUARED] = &fl_backend_tangent_mean_squared,
    [FL_LAYER_QUADRATIC] = &fl_backend_tangent_quadratic,
    [FL_LAYER_FUNCTION] = &fl_backend_tangent_function,
};

const fl_backend_tangent_code *fl_backend_tangent_code_of(const fl_layer *layer)
{
    return layer ? codes[layer->kind] : NULL;
}

fl_backend_passes fl_backend_tangent_passes(const fl_backend_request *request)
{
    static const fl_backend_passes passes[FL_LAYER_KINDS] = {
        [FL_LAYER_DENSE] = FL_BACKEND_BILINEAR,
        [FL_LAYER_CONVOLUTION] = FL_BACKEND_BILINEAR,
        [FL_LAYER_POSITION] = FL_BACKEND_ADDED,
        [FL_LAYER_EMBEDDING] = FL_BACKEND_CHOSEN,
    };
    if (!request->layer) return FL_BACKEND_LINEAR;
    return fl_backend_tangent_code_of(request->layer) ? FL_BACKEND_OWN : passes[request->layer->kind];
}

bool fl_backend_tangent_wants_canonical(const fl_layer *layer)
{
    const fl_backend_tangent_code *code = fl_backend_tangent_code_of(layer);
    return code && code->layouts == FL_BACKEND_CANONICAL;
}

bool fl_backend_tangent_wants_other(const fl_backend *backend, const fl_layer *layer, const fl_backend_activation *in)
{
    const fl_backend_tangent_code *code = fl_backend_tangent_code_of(layer);
    return code && code->layouts == FL_BACKEND_INNER && !fl_backend_inner(backend, in);
}

/* Makers in canonical layout for backends whose own have another. */
static fl_backend_op_maker *canonical_maker(fl_layer_kind kind)
{
    static fl_backend_op_maker *const makers[FL_LAYER_KINDS] = {
        [FL_LAYER_SIGMOID] = fl_backend_sigmoid,
        [FL_LAYER_TANH] = fl_backend_tanh,
        [FL_LAYER_GELU] = fl_backend_gelu,
        [FL_LAYER_LAYER_NORM] = fl_backend_layer_norm,
        [FL_LAYER_SOFTMAX_CROSS_ENTROPY] = fl_backend_softmax_cross_entropy,
        [FL_LAYER_SIGMOID_CROSS_ENTROPY] = fl_backend_sigmoid_cross_entropy,
        [FL_LAYER_MEAN_SQUARED] = fl_backend_mean_squared,
    };
    return makers[kind] ? makers[kind] : fl_backend_find("naive", NULL)->plan[kind];
}

fl_backend_op *fl_backend_tangent_plan(const fl_backend *backend, const fl_backend_request *request, bool *fallback)
{
    fl_layer_kind kind = request->layer->kind;
    if (backend->canonical || !fl_backend_tangent_wants_canonical(request->layer))
        return fl_backend_plan(backend, request, fallback);
    *fallback = false;
    if (kind == FL_LAYER_LSTM) return fl_backend_lstm(request, backend->product);
    if (kind == FL_LAYER_ATTENTION) return fl_backend_attention(request, backend->product);
    return canonical_maker(kind)(request);
}

size_t fl_backend_tangent_rows(const fl_layer *loss, fl_tensor_shape in)
{
    return loss->kind == FL_LAYER_SOFTMAX_CROSS_ENTROPY ? fl_tensor_shape_rows(in) : in.n;
}
