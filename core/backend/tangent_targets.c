/* Curvature of the losses against numbers t, summed over the outputs z of an example:
 *
 *   sigmoid cross-entropy  gradient y - t with y = sigmoid(z), second derivative y (1 - y); targets drawn: 1 with
 *                          probability y, else 0
 *   mean squared           gradient 2 (z - t), second derivative 2. It is -log N(t; z, I/2) but for a constant, so
 *                          targets drawn are z + normal / sqrt(2), gradients -sqrt(2) normal
 *
 * In both the mean of the gradient squared over the targets drawn is the second derivative: F is G. Where y is next to
 * 1, 1 - y is sigmoid(-z): taken from 1 it would have no digits left.
 */
#include "backend/tangent_draw.h"
#include "backend/tangent_kinds.h"
#include "backend/vector.h"
#include "base/clones.h"

/* --- sigmoid cross-entropy --- */

/* y - t as (1 - t) y - t (1 - y). */
FL_BACKEND_INLINE float sigmoid_less(float z, float target)
{
    return (1 - target) * fl_backend_vector_sigmoid(z) - target * fl_backend_vector_sigmoid(-z);
}

FL_CLONES static void sigmoid_write(const fl_backend_tangent *t, float share, float *e)
{
#pragma GCC ivdep
    for (size_t i = 0; i < t->count; i++) e[i] = sigmoid_less(t->x[i], t->targets[i]) * share;
}

static void sigmoid_gradient(const fl_backend_tangent *t)
{
    if (t->r_d_x) sigmoid_write(t, 1 / (float)t->in.n, t->r_d_x);
}

static void sigmoid_residual(const fl_backend_tangent *t, float *e)
{
    sigmoid_write(t, 1, e);
}

FL_CLONES static void sigmoid_hessian(const fl_backend_tangent *t)
{
    float share = 1 / (float)t->in.n;
    for (size_t i = 0; t->r_d_x && i < t->count; i++) {
        float z = t->x[i];
        t->r_d_x[i] = fl_backend_vector_sigmoid(z) * fl_backend_vector_sigmoid(-z) * t->r_x[i] * share;
    }
}

/* Some draws for outputs i, i + 1, ..., counted in the step's whole batch; returns how many. */
static size_t take(const fl_backend_tangent *t, const fl_backend_moment *moment, size_t i,
                   void (*draw)(const fl_backend_moment *, uint64_t, size_t, double *), double *to)
{
    size_t left = t->count - i, n = left < FL_BACKEND_TANGENT_DRAWS ? left : FL_BACKEND_TANGENT_DRAWS;
    draw(moment, moment->row * (t->count / t->in.n) + i, n, to);
    return n;
}

static void sigmoid_draw(const fl_backend_tangent *t, const fl_backend_moment *moment, float *e)
{
    double some[FL_BACKEND_TANGENT_DRAWS];
    for (size_t i = 0, n; i < t->count; i += n) {
        n = take(t, moment, i, fl_backend_tangent_uniforms, some);
        for (size_t k = 0; k < n; k++) {
            float z = t->x[i + k];
            e[i + k] = sigmoid_less(z, some[k] < fl_backend_vector_sigmoid(z));
        }
    }
}

const fl_backend_tangent_code fl_backend_tangent_sigmoid_cross_entropy = {
    .gradient = sigmoid_gradient,
    .hessian = sigmoid_hessian,
    .residual = sigmoid_residual,
    .draw = sigmoid_draw,
    .convex = true,
};

/* --- mean squared --- */

static void squared_write(const fl_backend_tangent *t, float share, float *e)
{
    for (size_t i = 0; i < t->count; i++) e[i] = 2 * (t->x[i] - t->targets[i]) * share;
}

static void squared_gradient(const fl_backend_tangent *t)
{
    if (t->r_d_x) squared_write(t, 1 / (float)t->in.n, t->r_d_x);
}

static void squared_residual(const fl_backend_tangent *t, float *e)
{
    squared_write(t, 1, e);
}

static void squared_hessian(const fl_backend_tangent *t)
{
    float share = 2 / (float)t->in.n;
    for (size_t i = 0; t->r_d_x && i < t->count; i++) t->r_d_x[i] = t->r_x[i] * share;
}

static void squared_draw(const fl_backend_tangent *t, const fl_backend_moment *moment, float *e)
{
    const double deviation = 1.41421356237309504880; /* of 2 (z - t) with t from N(z, 1/2) */
    double some[FL_BACKEND_TANGENT_DRAWS];
    for (size_t i = 0, n; i < t->count; i += n) {
        n = take(t, moment, i, fl_backend_tangent_normals, some);
        for (size_t k = 0; k < n; k++) e[i + k] = (float)(-deviation * some[k]);
    }
}

const fl_backend_tangent_code fl_backend_tangent_mean_squared = {
    .gradient = squared_gradient,
    .hessian = squared_hessian,
    .residual = squared_residual,
    .draw = squared_draw,
    .convex = true,
};
