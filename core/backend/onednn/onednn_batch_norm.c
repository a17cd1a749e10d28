/* Batch normalisation by the library, in the layout it is given, with the ReLU that may follow; of floats in blocks of
 * channels the batch's statistics are our own, which read it once less; in bf16 that gains nothing (bench/NOTES.md).
 *
 * The batch's variance is divided by n; the running one follows it with n - 1. Which values the ReLU let through the
 * library keeps in bits of its own, so backward reads the input alone.
 */
#include "backend/onednn/onednn.h"
#include "base/memory.h"

#include <stddef.h>

enum { GAIN, BIAS };
enum { RUNNING_MEAN, RUNNING_VAR };

typedef struct plan {
    fl_onednn_op *op;
    const fl_backend_request *request;
    dnnl_memory_desc_t layout, channels; /* as the library sees the activation; a float per channel */
    dnnl_primitive_desc_t forward;
    fl_onednn_memory *in, *mean, *variance, *gain, *bias, *kept; /* kept: what the ReLU let through, or NULL */
} plan;

/* How the running statistics follow the batch's. */
typedef struct running {
    size_t channels;
    float momentum, unbiased; /* n / (n - 1) */
} running;

/* Memories: mean, variance, running mean, running variance. */
static void follow(const void *what, void *const memories[])
{
    const running *r = what;
    const float *batch[] = { memories[0], memories[1] }, unbiased[] = { 1, r->unbiased };
    for (size_t s = 0; s < 2; s++) {
        float *state = memories[2 + s];
        for (size_t c = 0; c < r->channels; c++)
            state[c] = (1 - r->momentum) * state[c] + r->momentum * (unbiased[s] * batch[s][c]);
    }
}

/* Of vectors the plain layout is channels last as well, which the library's kernels know. */
static dnnl_memory_desc_t seen_layout(const fl_backend_activation *in)
{
    dnnl_memory_desc_t desc = fl_onednn_activation(in), plain = fl_onednn_plain(in->shape, desc.data_type);
    bool vector = in->shape.h * in->shape.w == 1 && dnnl_memory_desc_equal(&desc, &plain);
    return vector ? fl_onednn_desc(4, desc.dims, desc.data_type, dnnl_nhwc) : desc;
}

static fl_onednn_memory *activation(const plan *p, size_t place)
{
    dnnl_memory_desc_t own = fl_onednn_activation(&p->request->in[0]);
    return fl_onednn_view(p->op, fl_onednn_borrowed(p->op, &own, place), &p->layout);
}

static fl_onednn_memory *of_channels(const plan *p, size_t place)
{
    return fl_onednn_borrowed(p->op, &p->channels, place);
}

static void describe(plan *p)
{
    const fl_backend_request *request = p->request;
    dnnl_batch_normalization_desc_t desc;
    unsigned flags = dnnl_use_scale | dnnl_use_shift;
    if (request->relu_next) flags |= dnnl_fuse_norm_relu;
    if (!request->training || fl_onednn_moments_serve(&p->layout)) flags |= dnnl_use_global_stats;
    dnnl_prop_kind_t kind = request->training ? dnnl_forward_training : dnnl_forward_inference;
    fl_onednn_check(
        dnnl_batch_normalization_forward_desc_init(&desc, kind, &p->layout, (float)request->layer->epsilon, flags),
        "describing batch normalisation");
    p->forward = fl_onednn_describe(&desc, false, NULL);
    fl_onednn_note(p->op, p->forward);
}

/* The batch's statistics in training, which the running ones follow; those in evaluation. */
static void add_statistics(plan *p)
{
    bool training = p->request->training;
    p->mean = training ? fl_onednn_allocated(p->op, &p->channels)
                       : of_channels(p, offsetof(fl_backend_buffers, state[RUNNING_MEAN]));
    p->variance = training ? fl_onednn_allocated(p->op, &p->channels)
                           : of_channels(p, offsetof(fl_backend_buffers, state[RUNNING_VAR]));
    p->gain = of_channels(p, offsetof(fl_backend_buffers, param[GAIN]));
    p->bias = of_channels(p, offsetof(fl_backend_buffers, param[BIAS]));
    if (!training || !p->request->relu_next) return;
    dnnl_memory_desc_t kept = fl_onednn_chosen(p->forward, dnnl_query_workspace_md);
    p->kept = fl_onednn_allocated(p->op, &kept);
}

static void add_forward(plan *p)
{
    fl_onednn_argument arguments[] = {
        { DNNL_ARG_SRC, p->in },         { DNNL_ARG_DST, activation(p, offsetof(fl_backend_buffers, out)) },
        { DNNL_ARG_SCALE, p->gain },     { DNNL_ARG_SHIFT, p->bias },
        { DNNL_ARG_MEAN, p->mean },      { DNNL_ARG_VARIANCE, p->variance },
        { DNNL_ARG_WORKSPACE, p->kept },
    };
    fl_onednn_add(p->op, &p->op->forward, p->forward, p->kept ? 7 : 6, arguments);
}

static void add_following(plan *p)
{
    fl_tensor_shape in = p->request->in[0].shape;
    double n = (double)(in.n * in.h * in.w);
    running *r = fl_memory_new(1, sizeof *r);
    *r = (running){ in.c, (float)p->request->layer->momentum, n > 1 ? (float)(n / (n - 1)) : 1 };
    fl_onednn_add_loop(p->op, &p->op->forward, follow, r, 4,
                       (const fl_onednn_memory *[]){
                           p->mean, p->variance, of_channels(p, offsetof(fl_backend_buffers, state[RUNNING_MEAN])),
                           of_channels(p, offsetof(fl_backend_buffers, state[RUNNING_VAR])) });
}

/* Where nobody wants the gradient of the input, it takes the place of the output's. */
static void add_backward(plan *p, dnnl_primitive_desc_t hint)
{
    dnnl_batch_normalization_desc_t desc;
    bool wanted = p->request->needs_d_in;
    unsigned flags = dnnl_use_scale | dnnl_use_shift;
    if (p->kept) flags |= dnnl_fuse_norm_relu;
    fl_onednn_check(dnnl_batch_normalization_backward_desc_init(&desc, dnnl_backward, &p->layout, &p->layout,
                                                                (float)p->request->layer->epsilon, flags),
                    "describing the gradient of batch normalisation");
    dnnl_primitive_desc_t backward = fl_onednn_describe(&desc, false, hint);
    fl_onednn_memory *d_out = activation(p, offsetof(fl_backend_buffers, d_out));
    fl_onednn_argument arguments[] = {
        { DNNL_ARG_SRC, p->in },
        { DNNL_ARG_MEAN, p->mean },
        { DNNL_ARG_VARIANCE, p->variance },
        { DNNL_ARG_SCALE, p->gain },
        { DNNL_ARG_SHIFT, p->bias }, /* not read, but version 2.6 counts it */
        { DNNL_ARG_DIFF_DST, d_out },
        { DNNL_ARG_DIFF_SRC, wanted ? activation(p, offsetof(fl_backend_buffers, d_in)) : d_out },
        { DNNL_ARG_DIFF_SCALE, of_channels(p, offsetof(fl_backend_buffers, grad[GAIN])) },
        { DNNL_ARG_DIFF_SHIFT, of_channels(p, offsetof(fl_backend_buffers, grad[BIAS])) },
        { DNNL_ARG_WORKSPACE, p->kept },
    };
    fl_onednn_note(p->op, backward);
    fl_onednn_add(p->op, &p->op->backward, backward, p->kept ? 10 : 9, arguments);
    p->op->op.clobbers = !wanted;
}

fl_backend_op *fl_onednn_batch_norm(const fl_backend_request *request)
{
    fl_tensor_shape in = request->in[0].shape;
    plan p = { .op = fl_onednn_new(request), .request = request, .layout = seen_layout(&request->in[0]) };
    fl_backend_op *op = &p.op->op;
    dnnl_memory_desc_t own = fl_onednn_activation(&request->in[0]);
    p.channels = fl_onednn_desc(1, (dnnl_dim_t[]){ (dnnl_dim_t)in.c }, dnnl_f32, dnnl_a);
    fl_onednn_set_out(p.op, &own);
    op->fused_relu = request->relu_next;
    op->reads_out = false;
    op->n_tensors = fl_layer_tensors(request->layer, in, op->tensors);
    op->n_states = fl_layer_states(request->layer, in, op->states);
    op->import = fl_onednn_plain_import;
    op->export = fl_onednn_plain_export;
    p.in = activation(&p, offsetof(fl_backend_buffers, in));
    describe(&p);
    add_statistics(&p);
    dnnl_primitive_desc_t hint;
    fl_onednn_check(dnnl_primitive_desc_clone(&hint, p.forward), "keeping a descriptor");
    if (request->training && fl_onednn_moments_serve(&p.layout)) fl_onednn_add_moments(p.op, p.in, p.mean, p.variance);
    add_forward(&p);
    if (request->training) add_following(&p);
    if (request->training) add_backward(&p, hint);
    dnnl_primitive_desc_destroy(hint);
    return op;
}
