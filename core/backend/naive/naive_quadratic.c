/* Quadratic: 1/2 sum_i c_i (theta_i - x_i)^2 for an example x, the parameters theta and fixed curvatures c.
 *
 * The gradient of the mean is c_i (theta_i - mean x_i) for theta and c_i (x_i - theta_i) / batch for x. With a closed
 * form for everything, it tests optimizers and harness alike; so it is summed in double and rounded once.
 */
#include "backend/naive/naive.h"

static size_t columns(const fl_backend_plain *p)
{
    return fl_tensor_shape_columns(p->in);
}

static void bind_curvatures(fl_backend_op *op, const fl_backend_buffers *buffers)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    p->at = *buffers;
    for (size_t i = 0; i < columns(p); i++)
        ((double *)buffers->workspace)[i] = fl_layer_curvature(&p->layer, columns(p), i);
}

static void forward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    const double *c = p->at.workspace;
    const float *theta = p->at.param[0], *x = p->at.in[0];
    size_t n = columns(p);
    for (size_t e = 0; e < p->in.n; e++, x += n) {
        double loss = 0;
        for (size_t i = 0; i < n; i++) loss += 0.5 * c[i] * ((double)theta[i] - x[i]) * ((double)theta[i] - x[i]);
        p->at.losses[e] = p->at.errors[e] = (float)loss;
    }
}

static void backward_input(const fl_backend_plain *p)
{
    const double *c = p->at.workspace;
    const float *theta = p->at.param[0], *x = p->at.in[0];
    float *d_in = p->at.d_in[0];
    size_t n = columns(p);
    for (size_t q = 0; q < p->in.n * n; q++)
        d_in[q] = (float)(c[q % n] * ((double)x[q] - theta[q % n]) / (double)p->in.n);
}

static void backward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    const double *c = p->at.workspace;
    const float *theta = p->at.param[0], *x = p->at.in[0];
    size_t n = columns(p);
    for (size_t i = 0; i < n; i++) {
        double total = 0;
        for (size_t e = 0; e < p->in.n; e++) total += (double)theta[i] - x[e * n + i];
        p->at.grad[0][i] = (float)(c[i] * total / (double)p->in.n);
    }
    if (p->needs_d_in) backward_input(p);
}

fl_backend_op *fl_naive_quadratic(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_new(request, "double sums", forward, backward);
    p->op.workspace_bytes = columns(p) * sizeof(double);
    p->op.bind = bind_curvatures;
    return &p->op;
}
