/* Hessians of the losses that have the parameters themselves as their variables.
 *
 *   quadratic   mean over examples x of sum_i c_i (theta_i - x_i)^2 / 2: diag(c) for theta, c_i / batch for each x_i,
 *               -c_i / batch between theta_i and x_i. The curvature is that of a model whose output is theta, so G and
 * F are H. function    by the second derivatives of naive_function.c's functions
 */
#include "backend/tangent_kinds.h"
#include "base/exact.h"

#include <string.h>

/* --- quadratic --- */

static void quadratic_gradient(const fl_backend_tangent *t)
{
    size_t n = fl_tensor_shape_columns(t->in);
    const float *theta = t->param[0];
    memset(t->r_grad[0], 0, n * sizeof(float));
    for (size_t i = 0; i < t->in.n * n; i++) {
        double d = fl_layer_curvature(t->layer, n, i % n) * ((double)theta[i % n] - t->x[i]) / (double)t->in.n;
        t->r_grad[0][i % n] += (float)d;
        if (t->r_d_x) t->r_d_x[i] = (float)-d;
    }
}

static void quadratic_hessian(const fl_backend_tangent *t)
{
    size_t n = fl_tensor_shape_columns(t->in);
    memset(t->r_grad[0], 0, n * sizeof(float));
    for (size_t i = 0; i < n; i++) {
        double c = fl_layer_curvature(t->layer, n, i), total = 0;
        for (size_t e = i; e < t->in.n * n; e += n) {
            double r = (double)t->v[0][i] - t->r_x[e];
            total += r;
            if (t->r_d_x) t->r_d_x[e] = (float)(-c * r / (double)t->in.n);
        }
        t->r_grad[0][i] = (float)(c * total / (double)t->in.n);
    }
}

const fl_backend_tangent_code fl_backend_tangent_quadratic = {
    .gradient = quadratic_gradient,
    .hessian = quadratic_hessian,
    .convex = true,
};

/* --- functions of two parameters --- */

typedef struct second {
    double xx, xy, yy;
} second;

typedef second function(double x, double y);

static const double pi = 3.14159265358979323846;

static second rosenbrock(double x, double y)
{
    return (second){ 2 - 400 * (y - x * x) + 800 * x * x, -400 * x, 200 };
}

/* Of the squares of a_i = c_i - x (1 - y^i): 2 (grad a grad a^T + a hess a). */
static second beale(double x, double y)
{
    static const double c[] = { 1.5, 2.25, 2.625 };
    second s = { 0 };
    double p = 1, q = 0; /* y^(i-1), y^(i-2) */
    for (int i = 1; i <= 3; i++) {
        double a = c[i - 1] - x * (1 - p * y), a_x = p * y - 1, a_y = i * x * p;
        s.xx += 2 * a_x * a_x;
        s.xy += 2 * (a_x * a_y + a * i * p);
        s.yy += 2 * (a_y * a_y + a * i * (i - 1) * x * q);
        q = p;
        p *= y;
    }
    return s;
}

static second branin(double x, double y)
{
    const double b = 5.1 / (4 * pi * pi), c = 5 / pi, height = 10 * (1 - 1 / (8 * pi));
    double off = y - b * x * x + c * x - 6, slope = c - 2 * b * x;
    return (second){ 2 * slope * slope - 4 * b * off - height * fl_exact_cos(x), 2 * slope, 2 };
}

static second saddle(double x, double y)
{
    return (second){ 1, 0, 3 * y * y - 1 };
}

static second parabola(double x, double y)
{
    return (second){ 1, 0, 10 };
}

static void function_gradient(const fl_backend_tangent *t)
{
    if (t->r_d_x) memset(t->r_d_x, 0, t->count * sizeof(float));
}

static void function_hessian(const fl_backend_tangent *t)
{
    static function *const functions[] = {
        [FL_LAYER_ROSENBROCK] = rosenbrock, [FL_LAYER_BEALE] = beale,       [FL_LAYER_BRANIN] = branin,
        [FL_LAYER_SADDLE] = saddle,         [FL_LAYER_PARABOLA] = parabola,
    };
    second s = functions[t->layer->function](t->param[0][0], t->param[0][1]);
    const float *v = t->v[0];
    t->r_grad[0][0] = (float)(s.xx * v[0] + s.xy * v[1]);
    t->r_grad[0][1] = (float)(s.xy * v[0] + s.yy * v[1]);
    function_gradient(t);
}

const fl_backend_tangent_code fl_backend_tangent_function = {
    .gradient = function_gradient,
    .hessian = function_hessian,
};
