/* Extreme eigenvalues by ARPACK, which wants its numbers in double and judges an eigenvalue by its own size. The
 * smallest may be next to zero, where products in single precision never satisfy it; so they are sought as the largest
 * of c I - M, with c beyond the largest eigenvalue. */
#include "base/memory.h"
#include "curvature/basis.h"
#include "curvature/spectrum.h"
#include "math/eigen.h"

#include <math.h>
#include <stdlib.h>

/* The residual's length beside the eigenvalue. Symmetric matrices square it, unless neighbours lie as close. */
static const double tolerance = 1e-4;

typedef struct shifted {
    const fl_curvature_matrix *matrix;
    double shift, sign; /* shift I + sign M */
    float *v, *out;
} shifted;

static void apply(void *user, const double *v, double *out)
{
    shifted *s = user;
    size_t n = s->matrix->n;
    for (size_t i = 0; i < n; i++) s->v[i] = (float)v[i];
    s->matrix->apply(s->matrix->user, s->v, s->out);
    for (size_t i = 0; i < n; i++) out[i] = s->shift * v[i] + s->sign * s->out[i];
}

static void narrow(const double *from, size_t n, float *to)
{
    for (size_t i = 0; i < n; i++) to[i] = (float)from[i];
}

/* The largest of shift I + sign M, turned back into eigenvalues of M. */
static bool seek(const fl_curvature_matrix *matrix, double shift, double sign, size_t k, uint64_t seed, double *values,
                 float *vectors, fl_error *error)
{
    size_t n = matrix->n;
    shifted s = { matrix, shift, sign, fl_memory_new(n, sizeof(float)), fl_memory_new(n, sizeof(float)) };
    double *start = fl_memory_new(n, sizeof *start), *wide = vectors ? fl_memory_new(k * n, sizeof *wide) : NULL;
    fl_curvature_normals(seed, "curvature extremes", sign > 0, n, start);
    bool found = fl_math_eigen_largest(n, apply, &s, k, tolerance, start, values, wide, error);
    for (size_t i = 0; found && i < k; i++) values[i] = sign * (values[i] - shift);
    if (found && vectors) narrow(wide, k * n, vectors);
    free(s.v);
    free(s.out);
    free(start);
    free(wide);
    return found;
}

bool fl_curvature_largest(const fl_curvature_matrix *matrix, size_t k, uint64_t seed, double *values, float *vectors,
                          fl_error *error)
{
    return seek(matrix, 0, 1, k, seed, values, vectors, error);
}

bool fl_curvature_smallest(const fl_curvature_matrix *matrix, size_t k, double largest, uint64_t seed, double *values,
                           fl_error *error)
{
    return seek(matrix, largest + fabs(largest), -1, k, seed, values, NULL, error);
}
