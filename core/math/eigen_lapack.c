/* LAPACK reads columns where we write rows: what it calls columns of its answer are our rows. */
#include "base/memory.h"
#include "math/eigen.h"
#include "math/lapack.h"

#include <math.h>
#include <stdlib.h>

#ifdef FL_HAVE_LAPACK

/* LAPACK may loop for ever over numbers that are none. */
static bool is_finite(const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i])) return false;
    return true;
}

bool fl_math_eigen_all(size_t n, double *matrix, double *values)
{
    int size = (int)n, n_work = (int)(1 + 6 * n + 2 * n * n), n_whole = (int)(3 + 5 * n), info = 1;
    if (!is_finite(matrix, n * n)) return false;
    double *work = fl_memory_new((size_t)n_work, sizeof *work);
    int *whole = fl_memory_new((size_t)n_whole, sizeof *whole);
    dsyevd_("V", "U", &size, matrix, &size, values, work, &n_work, whole, &n_whole, &info, 1, 1);
    free(work);
    free(whole);
    return info == 0;
}

bool fl_math_eigen_tridiagonal(size_t n, double *diagonal, double *off, double *first)
{
    int size = (int)n, info = 1;
    if (!is_finite(diagonal, n) || !is_finite(off, n - 1)) return false;
    double *vectors = fl_memory_new(n * n, sizeof *vectors), *work = fl_memory_new(2 * n, sizeof *work);
    dstev_("V", &size, diagonal, off, vectors, &size, work, &info, 1);
    for (size_t i = 0; i < n; i++) first[i] = vectors[i * n];
    free(vectors);
    free(work);
    return info == 0;
}

#else

bool fl_math_eigen_all(size_t n, double *matrix, double *values)
{
    fl_error_die("fl_math_eigen_all without LAPACK");
}

bool fl_math_eigen_tridiagonal(size_t n, double *diagonal, double *off, double *first)
{
    fl_error_die("fl_math_eigen_tridiagonal without LAPACK");
}

#endif
