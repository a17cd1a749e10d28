/* Dropout: training multiplies by a mask of 0 and 1 / (1 - rate), evaluation passes. Backward draws the mask anew. */
#include "backend/dropout.h"
#include "backend/naive/naive.h"

#include <string.h>

enum { AT_ONCE = 256 };

/* to = from times the mask. A product, so that what is no number is seen even where the mask is 0. */
static void multiply(const fl_backend_plain *p, const float *from, float *to)
{
    float mask[AT_ONCE];
    size_t n = fl_tensor_shape_size(p->in), columns = n / p->in.n;
    for (size_t i = 0; i < n; i += AT_ONCE) {
        size_t now = n - i < AT_ONCE ? n - i : AT_ONCE;
        fl_backend_dropout_mask(p->layer.rate, p->index, p->at.moment, columns, i, now, mask);
        for (size_t k = 0; k < now; k++) to[i + k] = from[i + k] * mask[k];
    }
}

static void forward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    if (p->training)
        multiply(p, p->at.in[0], p->at.out);
    else
        memcpy(p->at.out, p->at.in[0], op->out.bytes);
}

static void backward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    if (p->needs_d_in) multiply(p, p->at.d_out, p->at.d_in[0]);
}

fl_backend_op *fl_naive_dropout(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_new(request, "counter masks", forward, backward);
    p->op.reads_in = p->op.reads_out = false;
    return &p->op;
}
