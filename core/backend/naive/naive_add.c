/* The sum of several inputs of one shape. Backward passes the gradient on as it is. */
#include "backend/naive/naive.h"

static void forward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    size_t n = fl_tensor_shape_size(p->in);
    const float *first = p->at.in[0], *second = p->at.in[1];
    float *restrict out = p->at.out;
    for (size_t i = 0; i < n; i++) out[i] = first[i] + second[i];
    for (size_t k = 2; k < p->n_in; k++) {
        const float *more = p->at.in[k];
        for (size_t i = 0; i < n; i++) out[i] += more[i];
    }
}

fl_backend_op *fl_naive_add(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_new(request, "row loops", forward, NULL);
    p->op.passes = true;
    p->op.reads_in = p->op.reads_out = false;
    return &p->op;
}
