/* Dense: y = x W^T + b for a batch of rows x.
 *
 * Backward, with d the gradient at y: dW = d^T x, db = the sum of d's rows, dx = d W. Forward transposes W first, so
 * that its innermost loop runs along a row like the others.
 */
#include "backend/naive/naive.h"

#include <string.h>

/* c (m x n) += a b, with b (k x n) in rows and a_ip at a[i * a_i + p * a_p]; each sum runs in the order of p. */
static void add_product(size_t m, size_t n, size_t k, const float *a, size_t a_i, size_t a_p, const float *restrict b,
                        float *restrict c)
{
    for (size_t i = 0; i < m; i++)
        for (size_t p = 0; p < k; p++) {
            float scale = a[i * a_i + p * a_p];
            for (size_t j = 0; j < n; j++) c[i * n + j] += scale * b[p * n + j];
        }
}

static void transpose(size_t rows, size_t columns, const float *restrict from, float *restrict to)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) to[j * rows + i] = from[i * columns + j];
}

static void forward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    size_t batch = fl_tensor_shape_rows(p->in), n_out = p->layer.n_out, n_in = fl_tensor_shape_columns(p->in);
    float *out = p->at.out, *weights = p->at.workspace;
    transpose(n_out, n_in, p->at.param[0], weights);
    for (size_t n = 0; n < batch; n++) memcpy(out + n * n_out, p->at.param[1], n_out * sizeof *out);
    add_product(batch, n_out, n_in, p->at.in[0], n_in, 1, weights, out);
}

static void backward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    size_t batch = fl_tensor_shape_rows(p->in), n_out = p->layer.n_out, n_in = fl_tensor_shape_columns(p->in);
    const float *d_out = p->at.d_out, one = 1;
    memset(p->at.grad[0], 0, n_out * n_in * sizeof(float));
    add_product(n_out, n_in, batch, d_out, 1, n_out, p->at.in[0], p->at.grad[0]);
    memset(p->at.grad[1], 0, n_out * sizeof(float));
    add_product(1, n_out, batch, &one, 0, 0, d_out, p->at.grad[1]);
    if (!p->needs_d_in) return;
    memset(p->at.d_in[0], 0, batch * n_in * sizeof(float));
    add_product(batch, n_in, n_out, d_out, n_out, 1, p->at.param[0], p->at.d_in[0]);
}

fl_backend_op *fl_naive_dense(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_new(request, "axpy loops", forward, backward);
    p->op.workspace_bytes = p->op.tensors[0].n_values * sizeof(float);
    p->op.reads_out = false;
    return &p->op;
}
