/* Losses against numbers t, for the outputs z of an example:
 *
 *   mean squared             sum_j (z_j - t_j)^2
 *   sigmoid cross-entropy    sum_j max(z_j, 0) - z_j t_j + log(1 + exp(-|z_j|)), in nats
 *
 * Backward of the mean over examples: 2 (z - t) / batch, and (sigmoid(z) - t) / batch. The error of an example is
 * sum_j (z_j - t_j)^2, of the latter with sigmoid(z). In double over exact functions (base/exact.h).
 */
#include "backend/naive/naive.h"
#include "base/exact.h"

#include <math.h>

/* One output's loss; *d its derivative, *error its squared difference. */
typedef double measure(double z, double t, double *d, double *error);

typedef struct target_loss {
    fl_backend_plain plain; /* first: a pointer to the op is a pointer to this */
    measure *of;
} target_loss;

static double squared(double z, double t, double *d, double *error)
{
    *d = 2 * (z - t);
    *error = (z - t) * (z - t);
    return *error;
}

static double cross_entropy(double z, double t, double *d, double *error)
{
    double power = fl_exact_exp(-fabs(z)), sigmoid = (z < 0 ? power : 1) / (1 + power);
    *d = sigmoid - t;
    *error = *d * *d;
    return (z > 0 ? z : 0) - z * t + fl_exact_log(1 + power);
}

static void forward(fl_backend_op *op)
{
    target_loss *l = (target_loss *)op;
    fl_backend_plain *p = &l->plain;
    size_t n = fl_tensor_shape_size(p->in) / p->in.n;
    const float *z = p->at.in[0], *t = p->at.targets;
    for (size_t e = 0; e < p->in.n; e++) {
        double loss = 0, errors = 0, error, d;
        for (size_t j = 0; j < n; j++, errors += error) loss += l->of(*z++, *t++, &d, &error);
        p->at.losses[e] = (float)loss;
        p->at.errors[e] = (float)errors;
    }
}

static void backward(fl_backend_op *op)
{
    target_loss *l = (target_loss *)op;
    fl_backend_plain *p = &l->plain;
    const float *z = p->at.in[0], *t = p->at.targets;
    float *d_in = p->at.d_in[0];
    double error, d;
    for (size_t i = 0; p->needs_d_in && i < fl_tensor_shape_size(p->in); i++) {
        l->of(z[i], t[i], &d, &error);
        d_in[i] = (float)(d / (double)p->in.n);
    }
}

static fl_backend_op *plan(const fl_backend_request *request, measure *of)
{
    fl_backend_plain *p = fl_backend_plain_sized(sizeof(target_loss), request, "double sums", forward, backward);
    ((target_loss *)p)->of = of;
    p->op.reads_out = false;
    return &p->op;
}

fl_backend_op *fl_naive_mean_squared(const fl_backend_request *request)
{
    return plan(request, squared);
}

fl_backend_op *fl_naive_sigmoid_cross_entropy(const fl_backend_request *request)
{
    return plan(request, cross_entropy);
}
