/* Dense and convolution: one plan for both.
 *
 * The library chooses the layouts. The weights lie in the parameter buffer as the weight gradient comes out, so that
 * the optimizer's update needs no reorder; where forward or the data gradient read them in another layout (or in bf16),
 * op.refresh keeps copies (onednn_copy.c). The gradient's padding is zero because oneDNN writes padded areas as zeros.
 */
#include "backend/onednn/onednn.h"

#include <stddef.h>
#include <string.h>

typedef struct plan {
    fl_onednn_op *op;
    const fl_backend_request *request;
    fl_onednn_shapes shapes;
    dnnl_primitive_desc_t forward, backward_weights, backward_data; /* NULL where there is none */
    fl_onednn_memory *in, *out, *d_out, *weights, *bias, *d_bias;   /* NULL where there is none */
    fl_onednn_memory *summand;                                      /* in[1], to be added to the output; NULL */
} plan;

static dnnl_memory_desc_t plain_weights(const dnnl_memory_desc_t *like)
{
    static const dnnl_format_tag_t tags[] = { [2] = dnnl_ab, [4] = dnnl_abcd, [5] = dnnl_abcde };
    return fl_onednn_desc(like->ndims, like->dims, dnnl_f32, tags[like->ndims]);
}

const dnnl_memory_desc_t *fl_onednn_bias(const fl_backend_request *request, const fl_onednn_shapes *shapes)
{
    return request->layer->no_bias ? NULL : &shapes->bias;
}

/* Inner product sees rows, activations have four dimensions: the plain four-dimensional layout of the same bytes. */
static dnnl_memory_desc_t as_activation(const dnnl_memory_desc_t *desc, fl_tensor_shape shape)
{
    return desc->ndims == 4 ? *desc : fl_onednn_plain(shape, desc->data_type);
}

/* An activation's values as `desc` wants them. */
static fl_onednn_memory *read_activation(plan *p, fl_onednn_pass *pass, fl_onednn_memory *activation,
                                         const dnnl_memory_desc_t *desc, fl_tensor_shape shape)
{
    dnnl_memory_desc_t wanted = as_activation(desc, shape);
    return fl_onednn_view(p->op, fl_onednn_bring(p->op, pass, activation, &wanted), desc);
}

/* Copies are kept when they can be; else the pass reorders for itself. */
static fl_onednn_memory *read_weights(plan *p, fl_onednn_pass *pass, const dnnl_memory_desc_t *desc)
{
    fl_onednn_memory *kept = fl_onednn_keep(p->op, p->weights, desc);
    return kept ? kept : fl_onednn_bring(p->op, pass, p->weights, desc);
}

/* The kernel and the layouts alone decide what is added up in which order. */
static bool is_same_kernel(const_dnnl_primitive_desc_t a, const_dnnl_primitive_desc_t b)
{
    static const dnnl_query_t layouts[] = { dnnl_query_src_md, dnnl_query_weights_md, dnnl_query_dst_md };
    bool same = !strcmp(fl_onednn_name(a), fl_onednn_name(b));
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        dnnl_memory_desc_t one = fl_onednn_chosen(a, layouts[i]), other = fl_onednn_chosen(b, layouts[i]);
        same &= dnnl_memory_desc_equal(&one, &other);
    }
    return same;
}

bool fl_onednn_sum_serves(const fl_backend_request *request, const fl_onednn_weighted *kind)
{
    fl_onednn_desc_of desc;
    fl_onednn_shapes shapes = kind->shapes(request);
    dnnl_memory_desc_t summand = fl_onednn_activation(&request->in[1]);
    fl_onednn_check(kind->forward(&desc, request, &shapes), "describing forward");
    dnnl_primitive_desc_t alone = fl_onednn_describe(&desc, false, NULL);
    dnnl_primitive_desc_t with_sum = fl_onednn_describe_sum(&desc, &summand);
    dnnl_memory_desc_t out = fl_onednn_chosen(alone, dnnl_query_dst_md);
    bool serves = with_sum && dnnl_memory_desc_equal(&out, &summand) && is_same_kernel(with_sum, alone) &&
                  !fl_onednn_direct_serve(request, alone, false) && !fl_onednn_few_pixels_serve(request, alone, false);
    dnnl_primitive_desc_destroy(alone);
    dnnl_primitive_desc_destroy(with_sum); /* accepts NULL */
    return serves;
}

/* With what lies in the output added, where the library can do that by the kernel it would choose without. */
static dnnl_primitive_desc_t describe_adding(plan *p, const fl_onednn_desc_of *desc)
{
    dnnl_primitive_desc_t alone = fl_onednn_describe(desc, false, NULL), adding = fl_onednn_describe_sum(desc, NULL);
    p->op->op.adds = adding && is_same_kernel(adding, alone);
    dnnl_primitive_desc_destroy(p->op->op.adds ? alone : adding); /* accepts NULL */
    return p->op->op.adds ? adding : alone;
}

static dnnl_primitive_desc_t describe_forward(plan *p, const fl_onednn_desc_of *desc)
{
    dnnl_memory_desc_t summand;
    if (p->request->adds) return describe_adding(p, desc);
    if (p->request->n_in == 1) return fl_onednn_describe(desc, p->request->relu_next, NULL);
    summand = fl_onednn_activation(&p->request->in[1]);
    return fl_onednn_describe_sum(desc, &summand);
}

static void describe(plan *p, const fl_onednn_weighted *kind)
{
    const fl_backend_request *request = p->request;
    fl_onednn_desc_of desc;
    p->shapes = kind->shapes(request);
    fl_onednn_check(kind->forward(&desc, request, &p->shapes), "describing forward");
    p->forward = describe_forward(p, &desc);
    fl_onednn_shapes backward = p->shapes;
    backward.out.data_type = fl_onednn_type(request->precision); /* the gradient, also where forward writes floats */
    if (request->training && request->needs_d_in) {
        fl_onednn_check(kind->backward_data(&desc, request, &backward), "describing the data gradient");
        p->backward_data = fl_onednn_describe(&desc, false, p->forward);
    }
    backward.weights.data_type = dnnl_f32; /* the master weights and their gradient */
    fl_onednn_check(kind->backward_weights(&desc, request, &backward), "describing the weight gradient");
    p->backward_weights = fl_onednn_describe(&desc, false, p->forward);
}

/* The layout of the weights in the parameter buffer, also where nothing is trained: copies are then made in the same
 * way. The plain one where the library's choice is mostly padding. */
static dnnl_memory_desc_t native_weights(const plan *p)
{
    dnnl_memory_desc_t plain = plain_weights(&p->shapes.weights);
    dnnl_memory_desc_t chosen = fl_onednn_chosen(p->backward_weights, dnnl_query_diff_weights_md);
    return dnnl_memory_desc_get_size(&chosen) > 2 * dnnl_memory_desc_get_size(&plain) ? plain : chosen;
}

/* By a loop of our own over the same memories, where that is the better way. */
static void add_product(plan *p, fl_onednn_pass *pass, dnnl_primitive_desc_t primitive, size_t n,
                        const fl_onednn_argument *arguments)
{
    bool turned = primitive == p->backward_data, sums = !turned && (p->summand || p->request->adds);
    if (!sums && fl_onednn_direct_serve(p->request, primitive, turned)) {
        fl_onednn_add_direct(p->op, pass, p->request, turned, n, arguments);
    } else if (!sums && fl_onednn_few_pixels_serve(p->request, primitive, turned)) {
        fl_onednn_add_few_pixels(p->op, pass, p->request, turned, n, arguments);
    } else {
        fl_onednn_note(p->op, primitive);
        fl_onednn_add(p->op, pass, primitive, n, arguments);
        return;
    }
    dnnl_primitive_desc_destroy(primitive);
}

/* By our own loops; the library's primitive was described for the output's layout alone. */
static void add_forward_single(plan *p)
{
    fl_onednn_note_name(p->op, "own:avx512_core_bf16");
    fl_onednn_add_single_forward(p->op, p->request, p->in, p->weights, p->bias, p->out);
    dnnl_primitive_desc_destroy(p->forward);
}

static void add_forward(plan *p)
{
    fl_onednn_op *op = p->op;
    fl_onednn_pass *pass = &op->forward;
    dnnl_memory_desc_t src = fl_onednn_chosen(p->forward, dnnl_query_src_md);
    dnnl_memory_desc_t weights = fl_onednn_chosen(p->forward, dnnl_query_weights_md);
    dnnl_memory_desc_t dst = fl_onednn_chosen(p->forward, dnnl_query_dst_md);
    fl_onednn_argument arguments[5] = {
        { DNNL_ARG_SRC, read_activation(p, pass, p->in, &src, p->request->in[0].shape) },
        { DNNL_ARG_WEIGHTS, read_weights(p, pass, &weights) },
        { DNNL_ARG_DST, fl_onednn_view(op, p->out, &dst) },
    };
    size_t n = 3;
    if (p->bias) arguments[n++] = (fl_onednn_argument){ DNNL_ARG_BIAS, p->bias };
    if (p->summand)
        arguments[n++] = (fl_onednn_argument){ DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1, p->summand };
    add_product(p, pass, p->forward, n, arguments);
    if (p->summand) fl_onednn_note_name(op, "with the sum");
}

static void add_backward_weights(plan *p)
{
    fl_onednn_op *op = p->op;
    fl_onednn_pass *pass = &op->backward;
    dnnl_memory_desc_t src = fl_onednn_chosen(p->backward_weights, dnnl_query_src_md);
    dnnl_memory_desc_t d_dst = fl_onednn_chosen(p->backward_weights, dnnl_query_diff_dst_md);
    dnnl_memory_desc_t chosen = fl_onednn_chosen(p->backward_weights, dnnl_query_diff_weights_md);
    fl_onednn_memory *grad = fl_onednn_borrowed(op, &op->weights, offsetof(fl_backend_buffers, grad[0]));
    bool same = dnnl_memory_desc_equal(&chosen, &op->weights);
    fl_onednn_memory *written = same ? grad : fl_onednn_allocated(op, &chosen);
    fl_onednn_argument arguments[] = {
        { DNNL_ARG_SRC, read_activation(p, pass, p->in, &src, p->request->in[0].shape) },
        { DNNL_ARG_DIFF_DST, read_activation(p, pass, p->d_out, &d_dst, op->op.out.shape) },
        { DNNL_ARG_DIFF_WEIGHTS, written },
        { DNNL_ARG_DIFF_BIAS, p->d_bias },
    };
    fl_onednn_note(op, p->backward_weights);
    fl_onednn_add(op, pass, p->backward_weights, p->bias ? 4 : 3, arguments);
    if (!same) fl_onednn_add_reorder(op, pass, written, grad);
}

/* By our own loops; the library's primitive was described for the layout of the weights alone. */
static void add_backward_patches(plan *p)
{
    dnnl_memory_desc_t channels_last = fl_onednn_desc(4, p->op->weights.dims, dnnl_f32, dnnl_nhwc);
    fl_onednn_memory *grad = fl_onednn_borrowed(p->op, &p->op->weights, offsetof(fl_backend_buffers, grad[0]));
    bool same = dnnl_memory_desc_equal(&channels_last, &grad->desc);
    fl_onednn_memory *written = same ? grad : fl_onednn_allocated(p->op, &channels_last);
    fl_onednn_add_patches(p->op, p->request, p->in, p->d_out, written, p->d_bias);
    if (!same) fl_onednn_add_reorder(p->op, &p->op->backward, written, grad);
    dnnl_primitive_desc_destroy(p->backward_weights);
}

static void add_backward_pairs(plan *p)
{
    fl_onednn_add_pairs(p->op, p->request, p->in, p->d_out,
                        fl_onednn_borrowed(p->op, &p->op->weights, offsetof(fl_backend_buffers, grad[0])), p->d_bias);
    dnnl_primitive_desc_destroy(p->backward_weights);
}

static void add_backward_direct(plan *p)
{
    fl_onednn_add_direct_weights(p->op, p->request, p->in, p->d_out,
                                 fl_onednn_borrowed(p->op, &p->op->weights, offsetof(fl_backend_buffers, grad[0])),
                                 p->d_bias);
    dnnl_primitive_desc_destroy(p->backward_weights);
}

static void add_backward_single(plan *p)
{
    fl_onednn_add_single_backward(p->op, p->request, p->in, p->d_out,
                                  fl_onednn_borrowed(p->op, &p->op->weights, offsetof(fl_backend_buffers, grad[0])),
                                  p->d_bias);
    fl_onednn_note_name(p->op, "own:avx512_core_bf16");
    dnnl_primitive_desc_destroy(p->backward_weights);
}

static void add_backward_rows(plan *p)
{
    fl_onednn_pass *pass = &p->op->backward;
    dnnl_memory_desc_t src = fl_onednn_chosen(p->backward_weights, dnnl_query_src_md);
    dnnl_memory_desc_t d_dst = fl_onednn_chosen(p->backward_weights, dnnl_query_diff_dst_md);
    fl_onednn_memory *in = read_activation(p, pass, p->in, &src, p->request->in[0].shape);
    fl_onednn_memory *d_out = read_activation(p, pass, p->d_out, &d_dst, p->op->op.out.shape);
    fl_onednn_memory *grad = fl_onednn_borrowed(p->op, &p->op->weights, offsetof(fl_backend_buffers, grad[0]));
    bool tiles = fl_onednn_rows_serve(p->request, &p->op->weights);
    (tiles ? fl_onednn_add_rows : fl_onednn_add_dense_weights)(p->op, p->request, in, d_out, grad, p->d_bias);
    dnnl_primitive_desc_destroy(p->backward_weights);
}

/* By the library's primitive, or by a loop of our own from the weights as they lie. */
static void add_data_product(plan *p, fl_onednn_memory *d_out, fl_onednn_memory *d_in)
{
    fl_onednn_pass *pass = &p->op->backward;
    dnnl_memory_desc_t weights = fl_onednn_chosen(p->backward_data, dnnl_query_weights_md);
    if (fl_onednn_turned_serve(p->request, &p->op->weights)) {
        fl_onednn_add_turned(p->op, p->request, d_out, p->weights, d_in);
        dnnl_primitive_desc_destroy(p->backward_data);
        return;
    }
    fl_onednn_argument arguments[] = {
        { DNNL_ARG_DIFF_DST, d_out },
        { DNNL_ARG_WEIGHTS, read_weights(p, pass, &weights) },
        { DNNL_ARG_DIFF_SRC, d_in },
    };
    add_product(p, pass, p->backward_data, 3, arguments);
}

static void add_backward_data(plan *p)
{
    fl_onednn_op *op = p->op;
    fl_onednn_pass *pass = &op->backward;
    dnnl_memory_desc_t d_dst = fl_onednn_chosen(p->backward_data, dnnl_query_diff_dst_md);
    dnnl_memory_desc_t d_src = fl_onednn_chosen(p->backward_data, dnnl_query_diff_src_md);
    dnnl_memory_desc_t written = as_activation(&d_src, p->request->in[0].shape);
    fl_onednn_memory *d_in = fl_onednn_borrowed(op, &p->in->desc, offsetof(fl_backend_buffers, d_in));
    bool same = dnnl_memory_desc_equal(&written, &d_in->desc);
    fl_onednn_memory *result = same ? d_in : fl_onednn_allocated(op, &written);
    add_data_product(p, read_activation(p, pass, p->d_out, &d_dst, op->op.out.shape),
                     fl_onednn_view(op, result, &d_src));
    if (!same) fl_onednn_add_reorder(op, pass, result, d_in);
}

static void add_memories(plan *p)
{
    fl_onednn_op *op = p->op;
    dnnl_memory_desc_t in = fl_onednn_activation(&p->request->in[0]),
                       out = fl_onednn_chosen(p->forward, dnnl_query_dst_md);
    out = as_activation(&out, op->op.out.shape);
    fl_onednn_set_out(op, &out);
    op->weights = native_weights(p);
    p->in = fl_onednn_borrowed(op, &in, offsetof(fl_backend_buffers, in));
    p->out = fl_onednn_borrowed(op, &out, offsetof(fl_backend_buffers, out));
    if (p->request->n_in > 1) p->summand = fl_onednn_borrowed(op, &out, offsetof(fl_backend_buffers, in[1]));
    p->weights = fl_onednn_borrowed(op, &op->weights, offsetof(fl_backend_buffers, param[0]));
    if (p->request->training) p->d_out = fl_onednn_borrowed(op, &out, offsetof(fl_backend_buffers, d_out));
    if (!fl_onednn_bias(p->request, &p->shapes)) return;
    p->bias = fl_onednn_borrowed(op, &p->shapes.bias, offsetof(fl_backend_buffers, param[1]));
    p->d_bias = fl_onednn_borrowed(op, &p->shapes.bias, offsetof(fl_backend_buffers, grad[1]));
}

typedef void add_pass(plan *p);

static add_pass *weight_gradient_of(const plan *p)
{
    if (fl_onednn_patches_serve(p->request)) return add_backward_patches;
    if (fl_onednn_pairs_serve(p->request, &p->op->weights)) return add_backward_pairs;
    if (fl_onednn_direct_weights_serve(p->request, &p->op->weights)) return add_backward_direct;
    if (fl_onednn_single_serve(p->request, &p->op->out)) return add_backward_single;
    if (fl_onednn_rows_serve(p->request, &p->op->weights)) return add_backward_rows;
    if (fl_onednn_dense_weights_serve(p->request, &p->op->weights)) return add_backward_rows;
    return add_backward_weights;
}

static void add_backward(plan *p)
{
    if (p->op->op.fused_relu) fl_onednn_add_relu_back(p->op, p->out, p->d_out, p->d_out);
    weight_gradient_of(p)(p);
    if (p->backward_data) add_backward_data(p);
}

static void add_steps(plan *p)
{
    if (fl_onednn_single_serve(p->request, &p->op->out))
        add_forward_single(p);
    else
        add_forward(p);
    if (p->request->training)
        add_backward(p);
    else
        dnnl_primitive_desc_destroy(p->backward_weights);
}

/* Between canonical order and the parameter buffer: the bias as it is, the weights by a reorder. */
static void import(const fl_backend_op *op, size_t tensor, const float *canonical, float *native)
{
    if (tensor == 0)
        fl_onednn_move_run(((const fl_onednn_op *)op)->import, canonical, native);
    else
        memcpy(native, canonical, op->tensors[tensor].n_values * sizeof *native);
}

static void export(const fl_backend_op *op, size_t tensor, const float *native, float *canonical)
{
    if (tensor == 0)
        fl_onednn_move_run(((const fl_onednn_op *)op)->export, native, canonical);
    else
        memcpy(canonical, native, op->tensors[tensor].n_values * sizeof *native);
}

static void add_moves(fl_onednn_op *op)
{
    dnnl_memory_desc_t plain = plain_weights(&op->weights);
    op->import = fl_onednn_move_new(&plain, &op->weights);
    op->export = fl_onednn_move_new(&op->weights, &plain);
}

static void free_weighted(fl_backend_op *op)
{
    fl_onednn_op *own = (fl_onednn_op *)op;
    fl_onednn_move_free(own->import);
    fl_onednn_move_free(own->export);
    fl_onednn_free(op);
}

fl_backend_op *fl_onednn_plan_weighted(const fl_backend_request *request, const fl_onednn_weighted *kind)
{
    plan p = { .op = fl_onednn_new(request), .request = request };
    fl_backend_op *op = &p.op->op;
    op->n_tensors = fl_layer_tensors(request->layer, request->in[0].shape, op->tensors);
    op->fused_relu = op->reads_out = request->relu_next;
    op->import = import;
    op->export = export;
    op->free = free_weighted;
    describe(&p, kind);
    add_memories(&p);
    op->tensors[0].count = dnnl_memory_desc_get_size(&p.op->weights) / sizeof(float);
    add_steps(&p);
    add_moves(p.op);
    return op;
}
