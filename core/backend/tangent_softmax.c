/* Curvature of softmax cross-entropy by rows: with p = softmax(z) and q the target of smoothing s, 1 - s at the label
 * and s / n everywhere, a row's gradient is p - q and its second derivative diag(p) - p p^T, whatever the target; so is
 * the mean of (p - e_j)(p - e_j)^T over classes j drawn from p: the exact Fisher matrix is the generalised
 * Gauss-Newton.
 *
 * Where a class is next to certain 1 - p is the sum of the others' p: taken from 1 it would have no digits left.
 */
#include "backend/rows.h"
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

/* A row of e = (p - q) times `share`; at the label s - s / n less the others' p. */
FL_CLONES static void write_row(const float *p, size_t n, size_t label, double smoothing, float share, float *e)
{
    float lanes[FL_BACKEND_LANES] = { 0 }, everywhere = (float)(smoothing / (double)n);
    FL_BACKEND_LANES_ADD(lanes, j, n, j == label ? 0 : p[j]);
    float others = fl_backend_vector_fold(lanes);
#pragma GCC ivdep
    for (size_t j = 0; j < n; j++) e[j] = (p[j] - everywhere) * share;
    e[label] = ((float)(smoothing - smoothing / (double)n) - others) * share;
}

static void write_residual(const fl_backend_tangent *t, float share, float *e)
{
    size_t n = fl_tensor_shape_columns(t->in), rows = fl_tensor_shape_rows(t->in);
    const float *p = t->workspace;
    for (size_t r = 0; r < rows; r++)
        write_row(p + r * n, n, (size_t)t->labels[r], t->layer->label_smoothing, share, e + r * n);
}

static void gradient(const fl_backend_tangent *t)
{
    if (t->r_d_x) write_residual(t, 1 / (float)fl_tensor_shape_rows(t->in), t->r_d_x);
}

static void residual(const fl_backend_tangent *t, float *e)
{
    write_residual(t, 1, e);
}

static void hessian(const fl_backend_tangent *t)
{
    size_t n = fl_tensor_shape_columns(t->in), rows = fl_tensor_shape_rows(t->in);
    const float *p = t->workspace;
    for (size_t r = 0; t->r_d_x && r < rows; r++)
        fl_backend_rows_softmax_along(p + r * n, t->r_x + r * n, n, 1 / (float)rows, t->r_d_x + r * n);
}

/* A class for each row, by the distribution function: one draw a row, numbered by the row in the step's whole batch. It
 * is not smoothed. */
static void draw(const fl_backend_tangent *t, const fl_backend_moment *moment, float *e)
{
    size_t n = fl_tensor_shape_columns(t->in), rows = fl_tensor_shape_rows(t->in), per_example = rows / t->in.n;
    const float *p = t->workspace;
    for (size_t r = 0; r < rows; r++, p += n) {
        double left;
        size_t j = 0;
        fl_backend_tangent_uniforms(moment, moment->row * per_example + r, 1, &left);
        while (j + 1 < n && (left -= p[j]) >= 0) j++;
        write_row(p, n, j, 0, 1, e + r * n);
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
