/* Sigmoid, tanh and GELU of canonical activations. */
#include "backend/canonical.h"
#include "backend/each.h"

static void forward(fl_backend_op *op)
{
    const fl_backend_plain *p = (fl_backend_plain *)op;
    fl_backend_each_of(p->layer.kind)->value(p->at.in[0], p->at.out, fl_tensor_shape_size(p->in));
}

static void backward(fl_backend_op *op)
{
    const fl_backend_plain *p = (fl_backend_plain *)op;
    const fl_backend_each *f = fl_backend_each_of(p->layer.kind);
    if (p->needs_d_in)
        f->back(f->by_output ? p->at.out : p->at.in[0], p->at.d_out, p->at.d_in[0], fl_tensor_shape_size(p->in));
}

static fl_backend_op *plan(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_new(request, "own vectors", forward, backward);
    p->op.reads_out = fl_backend_each_of(request->layer->kind)->by_output;
    p->op.reads_in = !p->op.reads_out;
    return &p->op;
}

fl_backend_op *fl_backend_sigmoid(const fl_backend_request *request)
{
    return plan(request);
}

fl_backend_op *fl_backend_tanh(const fl_backend_request *request)
{
    return plan(request);
}

fl_backend_op *fl_backend_gelu(const fl_backend_request *request)
{
    return plan(request);
}
