/* Dense: y = x W^T + b, three matrix products and two sweeps for the bias and the ReLU. */
#include "backend/openblas/openblas.h"

#include <cblas.h>
#include <string.h>

static void forward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    size_t batch = fl_tensor_shape_rows(p->in), n_out = p->layer.n_out, n_in = fl_tensor_shape_columns(p->in);
    float *out = p->at.out;
    for (size_t n = 0; n < batch; n++) memcpy(out + n * n_out, p->at.param[1], n_out * sizeof *out);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)batch, (blasint)n_out, (blasint)n_in, 1, p->at.in[0],
                (blasint)n_in, p->at.param[0], (blasint)n_in, 1, out, (blasint)n_out);
    if (op->fused_relu) fl_openblas_relu(out, batch * n_out);
}

static void add_rows(size_t rows, size_t columns, const float *restrict from, float *restrict to)
{
    memset(to, 0, columns * sizeof *to);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) to[j] += from[i * columns + j];
}

static void backward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    size_t batch = fl_tensor_shape_rows(p->in), n_out = p->layer.n_out, n_in = fl_tensor_shape_columns(p->in);
    if (op->fused_relu) fl_openblas_relu_back(p->at.out, p->at.d_out, batch * n_out);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (blasint)n_out, (blasint)n_in, (blasint)batch, 1, p->at.d_out,
                (blasint)n_out, p->at.in[0], (blasint)n_in, 0, p->at.grad[0], (blasint)n_in);
    add_rows(batch, n_out, p->at.d_out, p->at.grad[1]);
    if (!p->needs_d_in) return;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (blasint)batch, (blasint)n_in, (blasint)n_out, 1,
                p->at.d_out, (blasint)n_out, p->at.param[0], (blasint)n_in, 0, p->at.d_in[0], (blasint)n_in);
}

fl_backend_op *fl_openblas_dense(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_new(request, "sgemm", forward, backward);
    p->op.fused_relu = p->op.reads_out = request->relu_next;
    return &p->op;
}
