/* Vectors are floats, as products take them; sums are doubles. */
#include "curvature/basis.h"
#include "base/clones.h"
#include "base/random.h"

#include <math.h>

enum { LANES = 8 };

/* Sums of their own, added up at the end, or the processor would wait for each addition. */
FL_CLONES static double dot(size_t n, const float *restrict a, const float *restrict b)
{
    double lane[LANES] = { 0 }, sum = 0;
    size_t whole = n / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES)
        for (size_t k = 0; k < LANES; k++) lane[k] += (double)a[i + k] * b[i + k];
    for (size_t i = whole; i < n; i++) sum += (double)a[i] * b[i];
    for (size_t k = 0; k < LANES; k++) sum += lane[k];
    return sum;
}

/* v -= part q */
FL_CLONES static void take_out(size_t n, double part, const float *restrict q, float *restrict v)
{
    for (size_t i = 0; i < n; i++) v[i] = (float)(v[i] - part * q[i]);
}

double fl_curvature_dot(size_t n, const float *a, const float *b)
{
    return dot(n, a, b);
}

void fl_curvature_scale(size_t n, double factor, float *v)
{
    for (size_t i = 0; i < n; i++) v[i] = (float)(factor * v[i]);
}

double fl_curvature_project_out(size_t n, size_t k, const float *rows, float *v)
{
    for (int pass = 0; pass < 2; pass++)
        for (size_t row = 0; row < k; row++) {
            const float *q = rows + row * n;
            take_out(n, dot(n, q, v), q, v);
        }
    return sqrt(fl_curvature_dot(n, v, v));
}

void fl_curvature_signs(uint64_t seed, const char *purpose, size_t index, size_t n, float *v)
{
    fl_random_stream stream = fl_random_stream_start(seed, purpose, index);
    for (size_t i = 0; i < n; i++) v[i] = fl_random_u32(&stream) & 1 ? 1 : -1;
}

void fl_curvature_normals(uint64_t seed, const char *purpose, size_t index, size_t n, double *v)
{
    fl_random_stream stream = fl_random_stream_start(seed, purpose, index);
    fl_random_normals(&stream, v, n);
}
