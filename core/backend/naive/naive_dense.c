/* Dense: y = x W^T + b for a batch of rows x; of a sequence a row is a position. */
#include "backend/naive/naive.h"

static fl_naive_linear linear_of(const fl_backend_plain *p)
{
    return (fl_naive_linear){ fl_tensor_shape_rows(p->in), fl_tensor_shape_columns(p->in), p->layer.n_out,
                              p->layer.groups, fl_naive_adder_of(p) };
}

static void forward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    fl_naive_linear_forward(linear_of(p), p->at.in[0], p->at.param[0], p->at.param[1], p->at.workspace, p->at.out);
}

static void backward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    fl_naive_linear_backward(linear_of(p), p->at.in[0], p->at.param[0], p->at.d_out, p->at.grad[0], p->at.grad[1],
                             p->needs_d_in ? p->at.d_in[0] : NULL);
}

fl_backend_op *fl_naive_dense(const fl_backend_request *request)
{
    const char *loops = request->curvature ? "double sums" : "axpy loops";
    fl_backend_plain *p = fl_backend_plain_new(request, loops, forward, backward);
    p->op.workspace_bytes = p->op.tensors[0].n_values * sizeof(float);
    p->op.reads_out = false;
    return &p->op;
}
