/* ReLU: max(x, 0). A NaN passes, so that divergence reaches the loss. The derivative at 0 is 0. */
#include "backend/naive/naive.h"

static void forward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    const float *restrict in = p->at.in[0];
    float *restrict out = p->at.out;
    size_t n = fl_tensor_shape_size(p->in);
    for (size_t i = 0; i < n; i++) out[i] = in[i] < 0 ? 0 : in[i];
}

static void backward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    const float *restrict out = p->at.out, *restrict d_out = p->at.d_out;
    float *restrict d_in = p->at.d_in[0];
    size_t n = p->needs_d_in ? fl_tensor_shape_size(p->in) : 0;
    for (size_t i = 0; i < n; i++) d_in[i] = out[i] > 0 ? d_out[i] : 0;
}

fl_backend_op *fl_naive_relu(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_new(request, "row loops", forward, backward);
    p->op.reads_in = false;
    return &p->op;
}
