/* Curvature of softmax cross-entropy by rows: with p = softmax(z) and q the target of smoothing s, 1 - s at the label
 * and s / n everywhere, a row's gradient is p - q and its second derivative diag(p) - p p^T, whatever the target; so is
 * the mean of (p - e_j)(p - e_j)^T over classes j drawn from p: the exact Fisher matrix is the generalised
 * Gauss-Newton.
 */
#include "backend/tangent_draw.h"
#include "backend/tangent_kinds.h"
#include "backend/vector.h"
#include "base/clones.h"

static size_t workspace_bytes(const fl_backend_tangent *t)
{
    return t->count * sizeof(float);
}

/* The probabilities. */
FL_CLONES static void point(const fl_backend_tangent *t)
{
    size_t n = fl_tensor_shape_columns(t->in), rows = fl_tensor_shape_rows(t->in);
    float *p = t->workspace;
    for (size_t r = 0; r < rows; r++, p += n) {
        const float *z = t->x + r * n;
        float share = 1 / fl_backend_vector_powers(z, n, fl_backend_vector_largest(z, n), p);
        for (size_t j = 0; j < n; j++) p[j] *= share;
    }
}

/* e = (p - q) times `share`. */
static void write_residual(const fl_backend_tangent *t, float share, double smoothing, float *e)
{
    size_t n = fl_tensor_shape_columns(t->in), rows = fl_tensor_shape_rows(t->in);
    const float *p = t->workspace;
    float everywhere = (float)(smoothing / (double)n), there = (float)(1 - smoothing);
    for (size_t r = 0; r < rows; r++, p += n, e += n) {
        size_t label = (size_t)t->labels[r];
        for (size_t j = 0; j < n; j++) e[j] = (p[j] - everywhere) * share;
        e[label] = (p[label] - everywhere - there) * share;
    }
}

static void gradient(const fl_backend_tangent *t)
{
    if (t->r_d_x) write_residual(t, 1 / (float)fl_tensor_shape_rows(t->in), t->layer->label_smoothing, t->r_d_x);
}

static void residual(const fl_backend_tangent *t, float *e)
{
    write_residual(t, 1, t->drawn ? 0 : t->layer->label_smoothing, e);
}

FL_CLONES static void hessian(const fl_backend_tangent *t)
{
    size_t n = fl_tensor_shape_columns(t->in), rows = fl_tensor_shape_rows(t->in);
    const float *p = t->workspace, *r_x = t->r_x;
    float *to = t->r_d_x, share = 1 / (float)rows;
    for (size_t r = 0; to && r < rows; r++, p += n, r_x += n, to += n) {
        float lanes[FL_BACKEND_LANES] = { 0 };
        FL_BACKEND_LANES_ADD(lanes, j, n, p[j] * r_x[j]);
        float mean = fl_backend_vector_fold(lanes);
#pragma GCC ivdep
        for (size_t j = 0; j < n; j++) to[j] = p[j] * (r_x[j] - mean) * share;
    }
}

/* A class for each row, by the distribution function: one draw a row, numbered by the row in the step's whole batch. */
static void draw(const fl_backend_tangent *t, const fl_backend_moment *moment, int32_t *labels, float *targets)
{
    size_t n = fl_tensor_shape_columns(t->in), rows = fl_tensor_shape_rows(t->in), per_example = rows / t->in.n;
    const float *p = t->workspace;
    for (size_t r = 0; r < rows; r++, p += n) {
        double left;
        size_t j = 0;
        fl_backend_tangent_uniforms(moment, moment->row * per_example + r, 1, &left);
        while (j + 1 < n && (left -= p[j]) >= 0) j++;
        labels[r] = (int32_t)j;
    }
}

const fl_backend_tangent_code fl_backend_tangent_softmax_cross_entropy = {
    .workspace_bytes = workspace_bytes,
    .point = point,
    .gradient = gradient,
    .hessian = hessian,
    .residual = residual,
    .draw = draw,
    .convex = true,
};
