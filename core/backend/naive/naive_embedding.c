/* Embedding: out[r] = W[token r]; backward adds up the gradients of each token's places. */
#include "backend/naive/naive.h"
#include "base/error.h"

#include <string.h>

static size_t token_at(const fl_backend_plain *p, size_t r)
{
    int32_t token = ((const int32_t *)p->at.in[0])[r];
    if (token < 0 || (size_t)token >= p->layer.vocabulary)
        fl_error_die("token %d of position %zu is not one of %zu", token, r, p->layer.vocabulary);
    return (size_t)token;
}

static void forward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    size_t n = p->layer.n_out;
    float *out = p->at.out;
    for (size_t r = 0; r < fl_tensor_shape_size(p->in); r++)
        memcpy(out + r * n, p->at.param[0] + token_at(p, r) * n, n * sizeof *out);
}

static void backward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    size_t n = p->layer.n_out;
    const float *d_out = p->at.d_out;
    memset(p->at.grad[0], 0, p->layer.vocabulary * n * sizeof(float));
    for (size_t r = 0; r < fl_tensor_shape_size(p->in); r++) {
        float *row = p->at.grad[0] + token_at(p, r) * n;
        for (size_t i = 0; i < n; i++) row[i] += d_out[r * n + i];
    }
}

fl_backend_op *fl_naive_embedding(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_new(request, "copies", forward, backward);
    p->op.reads_out = false;
    return &p->op;
}
