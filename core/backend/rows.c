/* Loops along rows, sums by lanes. */
#include "backend/rows.h"
#include "backend/vector.h"
#include "base/clones.h"

#include <math.h>
#include <string.h>

FL_BACKEND_INLINE float square(float x)
{
    return x * x;
}

FL_CLONES void fl_backend_rows_norm(const float *x, size_t n, double epsilon, const float *gain, const float *bias,
                                    float *y, float *mean, float *scale)
{
    float sums[FL_BACKEND_LANES] = { 0 }, squares[FL_BACKEND_LANES] = { 0 };
    FL_BACKEND_LANES_ADD(sums, j, n, x[j]);
    float m = fl_backend_vector_fold(sums) / (float)n;
    FL_BACKEND_LANES_ADD(squares, j, n, square(x[j] - m));
    float s = (float)(1 / sqrt(fl_backend_vector_fold(squares) / (double)n + epsilon));
#pragma GCC ivdep
    for (size_t j = 0; j < n; j++) y[j] = gain[j] * ((x[j] - m) * s) + bias[j];
    *mean = m;
    *scale = s;
}

FL_CLONES void fl_backend_rows_norm_back(const float *x, const float *d, size_t n, const float *gain, float mean,
                                         float scale, float *d_gain, float *d_bias, float *d_x)
{
    float sums[FL_BACKEND_LANES] = { 0 }, products[FL_BACKEND_LANES] = { 0 };
#pragma GCC ivdep
    for (size_t j = 0; j < n; j++) {
        d_gain[j] += d[j] * ((x[j] - mean) * scale);
        d_bias[j] += d[j];
    }
    if (!d_x) return;
    FL_BACKEND_LANES_ADD(sums, j, n, gain[j] * d[j]);
    FL_BACKEND_LANES_ADD(products, j, n, gain[j] * d[j] * ((x[j] - mean) * scale));
    float mean_g = fl_backend_vector_fold(sums) / (float)n, mean_product = fl_backend_vector_fold(products) / (float)n;
#pragma GCC ivdep
    for (size_t j = 0; j < n; j++) d_x[j] = scale * (gain[j] * d[j] - mean_g - (x[j] - mean) * scale * mean_product);
}

FL_CLONES void fl_backend_rows_softmax(float *z, size_t n)
{
    float share = 1 / fl_backend_vector_powers(z, n, fl_backend_vector_largest(z, n), z);
    for (size_t j = 0; j < n; j++) z[j] *= share;
}

FL_CLONES void fl_backend_rows_softmax_back(const float *p, float *d, size_t n)
{
    float sums[FL_BACKEND_LANES] = { 0 };
    FL_BACKEND_LANES_ADD(sums, j, n, p[j] * d[j]);
    float mean = fl_backend_vector_fold(sums);
#pragma GCC ivdep
    for (size_t j = 0; j < n; j++) d[j] = p[j] * (d[j] - mean);
}

/* p (r - its mean by p), with all r less that of the largest p: of its own what the mean of the others leaves. */
FL_CLONES void fl_backend_rows_softmax_along(const float *p, const float *r, size_t n, float scale, float *to)
{
    float lanes[FL_BACKEND_LANES] = { 0 }, there = r[fl_backend_vector_place(p, n)];
    FL_BACKEND_LANES_ADD(lanes, j, n, p[j] * (r[j] - there));
    float mean = fl_backend_vector_fold(lanes);
#pragma GCC ivdep
    for (size_t j = 0; j < n; j++) to[j] = p[j] * (r[j] - there - mean) * scale;
}

FL_CLONES void fl_backend_rows_sum(const float *restrict from, size_t rows, size_t n, float *restrict to)
{
    memset(to, 0, n * sizeof *to);
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < n; j++) to[j] += from[r * n + j];
}

void fl_backend_rows_repeat(const float *row, size_t n, float *to, size_t rows)
{
    for (size_t r = 0; r < rows; r++) memcpy(to + r * n, row, n * sizeof *to);
}
