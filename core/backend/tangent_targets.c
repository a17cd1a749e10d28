/* Curvature of the losses against numbers t, summed over the outputs z of an example:
 *
 *   sigmoid cross-entropy  gradient y - t with y = sigmoid(z), second derivative y (1 - y); targets drawn: 1 with
 *                          probability y, else 0
 *   mean squared           gradient 2 (z - t), second derivative 2. It is -log N(t; z, I/2) but for a constant, so
 *                          targets drawn are z + normal / sqrt(2)
 *
 * In both the mean of the gradient squared over the targets drawn is the second derivative: F is G.
 */
#include "backend/tangent_draw.h"
#include "backend/tangent_kinds.h"
#include "backend/vector.h"
#include "base/clones.h"

/* --- sigmoid cross-entropy --- */

FL_CLONES static void sigmoid_write(const fl_backend_tangent *t, float share, float *e)
{
#pragma GCC ivdep
    for (size_t i = 0; i < t->count; i++) e[i] = (fl_backend_vector_sigmoid(t->x[i]) - t->targets[i]) * share;
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
        float y = fl_backend_vector_sigmoid(t->x[i]);
        t->r_d_x[i] = y * (1 - y) * t->r_x[i] * share;
    }
}

/* The number of output i among those of the step's whole batch. */
static uint64_t number_of(const fl_backend_tangent *t, const fl_backend_moment *moment, size_t i)
{
    return moment->row * (fl_tensor_shape_size(t->in) / t->in.n) + i;
}

static void sigmoid_draw(const fl_backend_tangent *t, const fl_backend_moment *moment, int32_t *labels, float *targets)
{
    for (size_t i = 0; i < t->count; i++)
        targets[i] = fl_backend_tangent_uniform(moment, number_of(t, moment, i)) < fl_backend_vector_sigmoid(t->x[i]);
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

static void squared_draw(const fl_backend_tangent *t, const fl_backend_moment *moment, int32_t *labels, float *targets)
{
    const double deviation = 0.70710678118654752440; /* of N(z, 1/2) */
    for (size_t i = 0; i < t->count; i++)
        targets[i] = (float)(t->x[i] + deviation * fl_backend_tangent_normal(moment, number_of(t, moment, i)));
}

const fl_backend_tangent_code fl_backend_tangent_mean_squared = {
    .gradient = squared_gradient,
    .hessian = squared_hessian,
    .residual = squared_residual,
    .draw = squared_draw,
    .convex = true,
};
