/* Sigmoid, tanh and GELU: forward y = f(x), backward d_in = d f'(x), in double over exact functions (base/exact.h), a
 * few numbers at a time. */
#include "backend/naive/naive.h"
#include "base/exact.h"

enum { AT_ONCE = 64 };

/* values[i] = f(values[i]), at most AT_ONCE of them. */
typedef void each(double *values, size_t n);

typedef struct function {
    each *value;
    each *slope; /* of y where it depends on y alone, else of x */
    bool by_output;
} function;

typedef struct elementwise {
    fl_backend_plain plain; /* first: a pointer to the op is a pointer to this */
    const function *f;
} elementwise;

static size_t take(const float *from, size_t left, double *values)
{
    size_t n = left < AT_ONCE ? left : AT_ONCE;
    for (size_t i = 0; i < n; i++) values[i] = from[i];
    return n;
}

static void forward(fl_backend_op *op)
{
    elementwise *e = (elementwise *)op;
    const float *in = e->plain.at.in[0];
    float *out = e->plain.at.out;
    double values[AT_ONCE];
    for (size_t left = fl_tensor_shape_size(e->plain.in), n; left; left -= n, in += n, out += n) {
        n = take(in, left, values);
        e->f->value(values, n);
        for (size_t i = 0; i < n; i++) out[i] = (float)values[i];
    }
}

static void backward(fl_backend_op *op)
{
    elementwise *e = (elementwise *)op;
    const float *of = e->f->by_output ? e->plain.at.out : e->plain.at.in[0], *d_out = e->plain.at.d_out;
    float *d_in = e->plain.at.d_in[0];
    double slopes[AT_ONCE];
    for (size_t left = d_in ? fl_tensor_shape_size(e->plain.in) : 0, n; left;
         left -= n, of += n, d_out += n, d_in += n) {
        n = take(of, left, slopes);
        e->f->slope(slopes, n);
        for (size_t i = 0; i < n; i++) d_in[i] = (float)(d_out[i] * slopes[i]);
    }
}

static fl_backend_op *plan(const fl_backend_request *request, const function *f)
{
    fl_backend_plain *p = fl_backend_plain_sized(sizeof(elementwise), request, "exact functions", forward, backward);
    ((elementwise *)p)->f = f;
    p->op.reads_in = !f->by_output;
    p->op.reads_out = f->by_output;
    return &p->op;
}

/* --- the functions --- */

void fl_naive_sigmoid_each(double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) x[i] = -x[i];
    fl_exact_exp_each(x, n);
    for (size_t i = 0; i < n; i++) x[i] = 1 / (1 + x[i]);
}

static void sigmoid_slope(double *y, size_t n)
{
    for (size_t i = 0; i < n; i++) y[i] *= 1 - y[i];
}

/* 1 - 2 / (exp(2x) + 1), which loses nothing where the result is a float. */
void fl_naive_tanh_each(double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) x[i] *= 2;
    fl_exact_exp_each(x, n);
    for (size_t i = 0; i < n; i++) x[i] = 1 - 2 / (x[i] + 1);
}

static void tanh_slope(double *y, size_t n)
{
    for (size_t i = 0; i < n; i++) y[i] = 1 - y[i] * y[i];
}

static double normal_below(double x)
{
    return 0.5 * (1 + fl_exact_erf(x * 0.70710678118654752440)); /* 1 / sqrt(2) */
}

static void gelu(double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) x[i] *= normal_below(x[i]);
}

static void gelu_slope(double *x, size_t n)
{
    const double density = 0.39894228040143267794; /* 1 / sqrt(2 pi) */
    for (size_t i = 0; i < n; i++) x[i] = normal_below(x[i]) + x[i] * density * fl_exact_exp(-0.5 * x[i] * x[i]);
}

fl_backend_op *fl_naive_sigmoid(const fl_backend_request *request)
{
    static const function f = { fl_naive_sigmoid_each, sigmoid_slope, true };
    return plan(request, &f);
}

fl_backend_op *fl_naive_tanh(const fl_backend_request *request)
{
    static const function f = { fl_naive_tanh_each, tanh_slope, true };
    return plan(request, &f);
}

fl_backend_op *fl_naive_gelu(const fl_backend_request *request)
{
    static const function f = { gelu, gelu_slope, false };
    return plan(request, &f);
}
