/* Self-attention: the library's dense layers before and after the heads, which are computed in f32 (backend/heads.h).
 *
 * The two dense layers are ops of their own, planned here, whose memory this op hands on to them.
 */
#include "backend/onednn/onednn_product.h"
#include "backend/heads.h"
#include "backend/onednn/onednn.h"
#include "base/memory.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TENSORS_EACH = 2, LINE = 64 };

typedef struct attention {
    fl_backend_op op; /* first: a pointer to the op is a pointer to this */
    fl_layer layers[2];
    fl_backend_op *dense[2]; /* q, k, v of the input; the mixed values' last layer */
    fl_backend_heads heads;
    size_t places[2];                                          /* of their workspaces in this op's */
    size_t qkv_at, mixed_at, weights_at, d_mixed_at, d_one_at; /* in the workspace, the gradients in the scratch */
    float *qkv, *mixed, *weights, *d_qkv, *d_mixed, *d_one;
} attention;

static void bind_dense(const attention *a, const fl_backend_buffers *at, size_t i)
{
    fl_backend_buffers own = { .workspace = (char *)at->workspace + a->places[i], .scratch = at->scratch };
    own.in[0] = i ? a->mixed : at->in[0];
    own.d_in[0] = i ? a->d_mixed : at->d_in[0];
    own.out = i ? at->out : a->qkv;
    own.d_out = i ? at->d_out : a->d_qkv;
    for (size_t t = 0; t < TENSORS_EACH; t++) {
        own.param[t] = at->param[TENSORS_EACH * i + t];
        own.grad[t] = at->grad[TENSORS_EACH * i + t];
    }
    a->dense[i]->bind(a->dense[i], &own);
}

static void bind(fl_backend_op *op, const fl_backend_buffers *buffers)
{
    attention *a = (attention *)op;
    char *kept = buffers->workspace, *scratch = buffers->scratch;
    a->qkv = (float *)(kept + a->qkv_at);
    a->mixed = (float *)(kept + a->mixed_at);
    a->weights = (float *)(kept + a->weights_at);
    a->d_qkv = (float *)scratch;
    a->d_mixed = (float *)(scratch + a->d_mixed_at);
    a->d_one = (float *)(scratch + a->d_one_at);
    for (size_t i = 0; i < 2; i++) bind_dense(a, buffers, i);
}

static void forward(fl_backend_op *op)
{
    const attention *a = (attention *)op;
    a->dense[0]->forward(a->dense[0]);
    fl_backend_heads_forward(&a->heads, a->qkv, a->mixed, a->weights);
    a->dense[1]->forward(a->dense[1]);
}

static void backward(fl_backend_op *op)
{
    const attention *a = (attention *)op;
    a->dense[1]->backward(a->dense[1]);
    fl_backend_heads_backward(&a->heads, a->qkv, a->weights, a->d_mixed, a->d_qkv, a->d_one);
    a->dense[0]->backward(a->dense[0]);
}

/* --- tensors are those of the dense layers, two each --- */

static fl_backend_op *owner(const fl_backend_op *op, size_t tensor)
{
    return ((const attention *)op)->dense[tensor / TENSORS_EACH];
}

static void refresh(fl_backend_op *op, size_t tensor, size_t first, size_t count)
{
    fl_backend_op *own = owner(op, tensor);
    if (own->refresh) own->refresh(own, tensor % TENSORS_EACH, first, count);
}

static void import(const fl_backend_op *op, size_t tensor, const float *canonical, float *native)
{
    const fl_backend_op *own = owner(op, tensor);
    own->import(own, tensor % TENSORS_EACH, canonical, native);
}

static void export(const fl_backend_op *op, size_t tensor, const float *native, float *canonical)
{
    const fl_backend_op *own = owner(op, tensor);
    own->export(own, tensor % TENSORS_EACH, native, canonical);
}

static void free_op(fl_backend_op *op)
{
    attention *a = (attention *)op;
    for (size_t i = 0; i < 2; i++) a->dense[i]->free(a->dense[i]);
    free(a);
}

/* --- planning --- */

static void plan_dense(attention *a, const fl_backend_request *request)
{
    fl_tensor_shape in = request->in[0].shape;
    fl_backend_activation mixed = { .shape = in, .bytes = fl_tensor_shape_size(in) * sizeof(float) };
    for (size_t i = 0; i < 2; i++) {
        fl_backend_request own = *request;
        a->layers[i] = fl_layer_default(FL_LAYER_DENSE);
        a->layers[i].n_out = i ? in.h : FL_LAYER_PROJECTIONS * in.h;
        own.layer = &a->layers[i];
        if (i) own.in[0] = mixed;
        own.needs_d_in = i ? request->training : request->needs_d_in;
        own.relu_next = false;
        own.canonical_next = i ? request->canonical_next : true; /* the heads read floats */
        a->dense[i] = fl_onednn_dense(&own);
    }
}

static size_t take(size_t *used, size_t bytes)
{
    size_t at = *used;
    *used += (bytes + LINE - 1) / LINE * LINE;
    return at;
}

static void lay_out(attention *a, size_t rows, bool training)
{
    fl_backend_op *op = &a->op;
    size_t qkv = rows * FL_LAYER_PROJECTIONS * a->heads.d * sizeof(float), mixed = rows * a->heads.d * sizeof(float);
    for (size_t i = 0; i < 2; i++) a->places[i] = take(&op->workspace_bytes, a->dense[i]->workspace_bytes);
    a->qkv_at = take(&op->workspace_bytes, qkv);
    a->mixed_at = take(&op->workspace_bytes, mixed);
    a->weights_at = take(&op->workspace_bytes, fl_backend_heads_weights(&a->heads) * sizeof(float));
    if (!training) return;
    take(&op->scratch_bytes, qkv);
    a->d_mixed_at = take(&op->scratch_bytes, mixed);
    a->d_one_at = take(&op->scratch_bytes, fl_backend_heads_one(&a->heads) * sizeof(float));
}

static void set_tensors(attention *a, const fl_backend_request *request)
{
    fl_backend_op *op = &a->op;
    op->n_tensors = fl_layer_tensors(request->layer, request->in[0].shape, op->tensors);
    for (size_t t = 0; t < op->n_tensors; t++) op->tensors[t].count = owner(op, t)->tensors[t % TENSORS_EACH].count;
}

fl_backend_op *fl_onednn_attention(const fl_backend_request *request)
{
    attention *a = fl_memory_new(1, sizeof *a);
    fl_tensor_shape in = request->in[0].shape;
    a->heads = fl_backend_heads_of(request->layer, in, fl_onednn_product);
    plan_dense(a, request);
    a->op.out = a->dense[1]->out;
    a->op.reads_in = true;
    lay_out(a, in.n * in.c, request->training);
    set_tensors(a, request);
    a->op.bind = bind;
    a->op.forward = forward;
    a->op.backward = request->training ? backward : NULL;
    a->op.refresh = refresh;
    a->op.import = import;
    a->op.export = export;
    a->op.free = free_op;
    snprintf(a->op.implementation, sizeof a->op.implementation, "%s", a->dense[0]->implementation);
    return &a->op;
}
