/* Quadratic: 1/2 sum_i c_i (theta_i - x_i)^2 for an example x, the parameters theta and fixed curvatures c.
 *
 * The gradient of the mean is c_i (theta_i - mean x_i) for theta and c_i (x_i - theta_i) / batch for x. With a closed
 * form for everything, it tests optimizers and harness alike; so it is summed in double and rounded once.
 */
#include "backend/naive/naive.h"

static void bind_curvatures(fl_backend_op *op, const fl_backend_buffers *buffers)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    p->at = *buffers;
    for (size_t i = 0; i < p->layer.n_out; i++) ((double *)buffers->workspace)[i] = fl_layer_curvature(&p->layer, i);
}

static void forward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    const double *c = p->at.workspace;
    const float *theta = p->at.param[0], *x = p->at.in;
    size_t n = p->layer.n_out;
    for (size_t e = 0; e < p->in.n; e++, x += n) {
        double loss = 0;
        for (size_t i = 0; i < n; i++) loss += 0.5 * c[i] * ((double)theta[i] - x[i]) * ((double)theta[i] - x[i]);
        p->at.losses[e] = (float)loss;
        p->at.wrong[e] = 0;
    }
}

static void backward_input(const fl_backend_plain *p)
{
    const double *c = p->at.workspace;
    const float *theta = p->at.param[0], *x = p->at.in;
    float *d_in = p->at.d_in;
    size_t n = p->layer.n_out;
    for (size_t q = 0; q < p->in.n * n; q++)
        d_in[q] = (float)(c[q % n] * ((double)x[q] - theta[q % n]) / (double)p->in.n);
}

static void backward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    const double *c = p->at.workspace;
    const float *theta = p->at.param[0], *x = p->at.in;
    size_t n = p->layer.n_out;
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
    p->op.workspace_bytes = p->layer.n_out * sizeof(double);
    p->op.bind = bind_curvatures;
    return &p->op;
}
