/* Vectors are floats, as products take them; sums are doubles. */
#include "curvature/basis.h"
#include "base/random.h"

#include <math.h>

double fl_curvature_dot(size_t n, const float *a, const float *b)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)a[i] * b[i];
    return sum;
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
            double part = fl_curvature_dot(n, q, v);
            for (size_t i = 0; i < n; i++) v[i] = (float)(v[i] - part * q[i]);
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
