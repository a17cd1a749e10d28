/* Hutch++ (Meyer, Musco, Musco, Woodruff 2021): what a sketch of the matrix's range holds is summed exactly, and only
 * the rest is estimated by random vectors.
 *
 *   Q = orthonormal basis of M S          S, G: m/3 random sign vectors each
 *   trace = tr(Q^T M Q) + mean over g of ((I - Q Q^T) g)^T M ((I - Q Q^T) g)
 */
#include "base/memory.h"
#include "curvature/basis.h"
#include "curvature/spectrum.h"

#include <math.h>
#include <stdlib.h>

/* A vector of which so little remains lies in the basis but for rounding. */
static const double negligible = 1e-5;

/* The basis Q (at most `wanted` x n): how many rows it has. */
static size_t sketch(const fl_curvature_matrix *matrix, size_t wanted, uint64_t seed, float *signs, float *q)
{
    size_t n = matrix->n, rows = 0;
    for (size_t i = 0; i < wanted; i++) {
        float *row = q + rows * n;
        fl_curvature_signs(seed, "curvature sketch", i, n, signs);
        matrix->apply(matrix->user, signs, row);
        double length = sqrt(fl_curvature_dot(n, row, row)), rest = fl_curvature_project_out(n, rows, q, row);
        if (!(rest > negligible * length)) continue;
        fl_curvature_scale(n, 1 / rest, row);
        rows++;
    }
    return rows;
}

static double quadratic_form(const fl_curvature_matrix *matrix, const float *v, float *out)
{
    matrix->apply(matrix->user, v, out);
    return fl_curvature_dot(matrix->n, v, out);
}

double fl_curvature_trace(const fl_curvature_matrix *matrix, size_t products, uint64_t seed, double *error)
{
    size_t n = matrix->n, m = products / 3 < n ? products / 3 : n;
    float *q = fl_memory_new(m * n, sizeof *q), *v = fl_memory_new(n, sizeof *v), *out = fl_memory_new(n, sizeof *out);
    size_t rows = sketch(matrix, m, seed, v, q);
    double held = 0, sum = 0, squares = 0;
    for (size_t i = 0; i < rows; i++) held += quadratic_form(matrix, q + i * n, out);
    for (size_t i = 0; i < m; i++) {
        fl_curvature_signs(seed, "curvature probe", i, n, v);
        fl_curvature_project_out(n, rows, q, v);
        double rest = quadratic_form(matrix, v, out);
        sum += rest;
        squares += rest * rest;
    }
    double mean = sum / (double)m, variance = m > 1 ? (squares - sum * mean) / (double)(m - 1) : NAN;
    *error = sqrt(fmax(variance, 0) / (double)m);
    free(q);
    free(v);
    free(out);
    return held + mean;
}
