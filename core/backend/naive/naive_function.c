/* Functions of two parameters x, y, as losses that no data enters; each with its smallest value 0.
 *
 *   rosenbrock  (1 - x)^2 + 100 (y - x^2)^2                            0 at (1, 1)                  Rosenbrock 1960
 *   beale       sum over i = 1, 2, 3 of (c_i - x (1 - y^i))^2,
 *               c = 1.5, 2.25, 2.625                                   0 at (3, .5)                 Beale 1958
 *   branin      (y - b x^2 + c x - 6)^2 + 10 (1 - 1/(8 pi)) (1 + cos x),
 *               b = 5.1/(4 pi^2), c = 5/pi; so less its 10/(8 pi)      0 at x = -pi, pi, 3 pi       Branin 1972
 *   saddle      x^2/2 + y^4/4 - y^2/2 + 1/4                            0 at (0, -1), (0, 1); a saddle at (0, 0)
 *   quadratic   (x^2 + 10 y^2)/2                                       0 at (0, 0)
 */
#include "backend/naive/naive.h"
#include "base/exact.h"

#include <string.h>

static const double pi = 3.14159265358979323846;

/* The value, and the gradient at (x, y). */
typedef double function(double x, double y, double d[2]);

static double rosenbrock(double x, double y, double d[2])
{
    double a = 1 - x, b = y - x * x;
    d[0] = -2 * a - 400 * x * b;
    d[1] = 200 * b;
    return a * a + 100 * b * b;
}

static double beale(double x, double y, double d[2])
{
    static const double c[] = { 1.5, 2.25, 2.625 };
    double total = 0, before = 1; /* y^(i-1) */
    d[0] = d[1] = 0;
    for (int i = 1; i <= 3; i++, before *= y) {
        double off = c[i - 1] - x * (1 - before * y);
        d[0] -= 2 * off * (1 - before * y);
        d[1] += 2 * off * x * i * before;
        total += off * off;
    }
    return total;
}

static double branin(double x, double y, double d[2])
{
    const double b = 5.1 / (4 * pi * pi), c = 5 / pi, height = 10 * (1 - 1 / (8 * pi));
    double off = y - b * x * x + c * x - 6;
    d[0] = 2 * off * (c - 2 * b * x) - height * fl_exact_sin(x);
    d[1] = 2 * off;
    return off * off + height * (1 + fl_exact_cos(x));
}

static double saddle(double x, double y, double d[2])
{
    d[0] = x;
    d[1] = y * y * y - y;
    return x * x / 2 + (y * y - 1) * (y * y - 1) / 4;
}

static double parabola(double x, double y, double d[2])
{
    d[0] = x;
    d[1] = 10 * y;
    return (x * x + 10 * y * y) / 2;
}

static function *const functions[] = {
    [FL_LAYER_ROSENBROCK] = rosenbrock, [FL_LAYER_BEALE] = beale,       [FL_LAYER_BRANIN] = branin,
    [FL_LAYER_SADDLE] = saddle,         [FL_LAYER_PARABOLA] = parabola,
};

static double compute(const fl_backend_plain *p, double d[2])
{
    return functions[p->layer.function](p->at.param[0][0], p->at.param[0][1], d);
}

static void forward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    double d[2];
    float loss = (float)compute(p, d);
    for (size_t e = 0; e < p->in.n; e++) p->at.losses[e] = p->at.errors[e] = loss;
}

static void backward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    double d[2];
    compute(p, d);
    for (size_t i = 0; i < 2; i++) p->at.grad[0][i] = (float)d[i];
    if (p->needs_d_in) memset(p->at.d_in[0], 0, fl_tensor_shape_size(p->in) * sizeof(float));
}

fl_backend_op *fl_naive_function(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_new(request, "closed form", forward, backward);
    p->op.reads_in = p->op.reads_out = false;
    return &p->op;
}
