/* Tangents of layer normalisation y = gain x^ + bias, x^ = s (x - mean), s = 1 / sqrt(variance + epsilon), over the
 * numbers of a row, each with a gain and a bias of its own. The formulas are those of batch normalisation
 * (tangent_batch_norm.c), with sums over a row. A row's statistics are of one example alone, so that they always move.
 */
#include "backend/tangent_kinds.h"
#include "backend/vector.h"
#include "base/clones.h"

#include <math.h>
#include <string.h>

enum { GAIN, BIAS };

/* Of a row: at the point, and along the direction from forward on: mean R{x} and m. */
typedef struct statistics {
    float mean, scale, r_mean, m;
} statistics;

/* Numbers first..first+length-1. */
typedef struct row {
    size_t first, length;
} row;

static row row_of(const fl_backend_tangent *t, size_t i)
{
    size_t n = fl_tensor_shape_columns(t->in);
    return (row){ i * n, n };
}

#define SUM(lanes, s, TERM) FL_BACKEND_LANES_ADD(lanes, k, (s).length, TERM)
#define LANES(name) double name[FL_BACKEND_LANES] = { 0 }

static double fold(const double lanes[FL_BACKEND_LANES])
{
    double total = 0;
    for (size_t i = 0; i < FL_BACKEND_LANES; i++) total += lanes[i];
    return total;
}

FL_CLONES static statistics statistics_of(const fl_backend_tangent *t, row s)
{
    LANES(total);
    LANES(squares);
    SUM(total, s, (double)t->x[s.first + k]);
    double mean = fold(total) / (double)s.length;
    SUM(squares, s, (t->x[s.first + k] - mean) * (t->x[s.first + k] - mean));
    return (statistics){ (float)mean, (float)(1 / sqrt(fold(squares) / (double)s.length + t->layer->epsilon)), 0, 0 };
}

/* --- forward --- */

/* x^ and R{x^} of number `i`. */
#define HAT(i) ((t->x[i] - of.mean) * of.scale)
#define R_HAT(i) (of.scale * (t->r_x[i] - of.r_mean) - HAT(i) * of.m)

FL_CLONES static void find_moving(const fl_backend_tangent *t, row s, statistics *at)
{
    LANES(r);
    LANES(r_hat);
    statistics of = *at;
    SUM(r, s, (double)t->r_x[s.first + k]);
    SUM(r_hat, s, (double)t->r_x[s.first + k] * HAT(s.first + k));
    at->r_mean = (float)(fold(r) / (double)s.length);
    at->m = (float)(of.scale * fold(r_hat) / (double)s.length);
}

FL_CLONES static void forward_row(const fl_backend_tangent *t, row s, statistics of)
{
    const float *gain = t->param[GAIN], *v_gain = t->v[GAIN], *v_bias = t->v[BIAS];
#pragma GCC ivdep
    for (size_t k = 0; k < s.length; k++) {
        size_t i = s.first + k;
        t->r_y[i] = v_gain[k] * HAT(i) + gain[k] * R_HAT(i) + v_bias[k];
    }
}

/* --- backward --- */

/* The means of g, g x^, R{g}, R{g} x^ + g R{x^}. */
typedef struct means {
    float g, g_hat, r_g, r_g_hat;
} means;

#define G(i, k) (gain[k] * t->d_y[i])
#define R_G(i, k) ((t->second ? v_gain[k] * t->d_y[i] : 0) + gain[k] * t->r_d_y[i])

FL_CLONES static means means_of(const fl_backend_tangent *t, row s, statistics of)
{
    const float *gain = t->param[GAIN], *v_gain = t->v[GAIN];
    LANES(g);
    LANES(g_hat);
    LANES(r_g);
    LANES(r_g_hat);
    SUM(r_g, s, (double)R_G(s.first + k, k));
    SUM(r_g_hat, s, (double)R_G(s.first + k, k) * HAT(s.first + k));
    if (t->second) {
        SUM(g, s, (double)G(s.first + k, k));
        SUM(g_hat, s, (double)G(s.first + k, k) * HAT(s.first + k));
        SUM(r_g_hat, s, (double)G(s.first + k, k) * R_HAT(s.first + k));
    }
    double n = (double)s.length;
    return (means){ (float)(fold(g) / n), (float)(fold(g_hat) / n), (float)(fold(r_g) / n),
                    (float)(fold(r_g_hat) / n) };
}

/* R{dx}, from the terms of R{dy} alone or of both. What differs is known where this is inlined. */
FL_BACKEND_INLINE void write_input(const fl_backend_tangent *t, row s, statistics of, means mean, bool second)
{
    const float *gain = t->param[GAIN], *v_gain = t->v[GAIN];
#pragma GCC ivdep
    for (size_t k = 0; k < s.length; k++) {
        size_t i = s.first + k;
        float hat = HAT(i), r_g = gain[k] * t->r_d_y[i] + (second ? v_gain[k] * t->d_y[i] : 0);
        float r = of.scale * (r_g - mean.r_g - hat * mean.r_g_hat);
        if (second) {
            float d_x = of.scale * (G(i, k) - mean.g - hat * mean.g_hat);
            r -= of.m * d_x + of.scale * R_HAT(i) * mean.g_hat;
        }
        t->r_d_x[i] = r;
    }
}

FL_CLONES static void row_input(const fl_backend_tangent *t, row s, statistics of, means mean)
{
    if (t->second)
        write_input(t, s, of, mean, true);
    else
        write_input(t, s, of, mean, false);
}

/* What a row adds to the gradients of gain and bias. */
FL_CLONES static void add_row_gradients(const fl_backend_tangent *t, row s, statistics of)
{
    float *r_gain = t->r_grad[GAIN], *r_bias = t->r_grad[BIAS];
    for (size_t k = 0; k < s.length; k++) {
        size_t i = s.first + k;
        r_gain[k] += t->r_d_y[i] * HAT(i) + (t->second ? t->d_y[i] * R_HAT(i) : 0);
        r_bias[k] += t->r_d_y[i];
    }
}

static void backward_row(const fl_backend_tangent *t, row s, statistics of)
{
    if (t->r_d_x) row_input(t, s, of, means_of(t, s, of));
    add_row_gradients(t, s, of);
}

/* --- the passes --- */

static size_t workspace_bytes(const fl_backend_tangent *t)
{
    return fl_tensor_shape_rows(t->in) * sizeof(statistics);
}

static void point(const fl_backend_tangent *t)
{
    statistics *of = t->workspace;
    for (size_t r = 0; r < fl_tensor_shape_rows(t->in); r++) of[r] = statistics_of(t, row_of(t, r));
}

static void forward(const fl_backend_tangent *t)
{
    statistics *of = t->workspace;
    for (size_t r = 0; r < fl_tensor_shape_rows(t->in); r++) {
        find_moving(t, row_of(t, r), &of[r]);
        forward_row(t, row_of(t, r), of[r]);
    }
}

static void backward(const fl_backend_tangent *t)
{
    const statistics *of = t->workspace;
    for (size_t p = 0; p < 2; p++) memset(t->r_grad[p], 0, fl_tensor_shape_columns(t->in) * sizeof(float));
    for (size_t r = 0; r < fl_tensor_shape_rows(t->in); r++) backward_row(t, row_of(t, r), of[r]);
}

const fl_backend_tangent_code fl_backend_tangent_layer_norm = {
    .workspace_bytes = workspace_bytes,
    .point = point,
    .forward = forward,
    .backward = backward,
};
