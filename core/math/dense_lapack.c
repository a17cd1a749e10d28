/* Eigenvectors and QR by LAPACK, which reads columns where we write rows: a symmetric matrix is the same to both, and
 * what it calls columns of its answer are our rows.
 */
#include "math/dense.h"
#include "math/lapack.h"
#include <stdint.h>

#ifdef FL_HAVE_LAPACK

bool fl_math_usable(fl_error *error)
{
    return true;
}

static size_t eigen_doubles(size_t n)
{
    return 1 + 6 * n + 2 * n * n;
}

static size_t eigen_ints(size_t n)
{
    return 3 + 5 * n;
}

/* The matrix in doubles, its values and what LAPACK needs; a float to begin at a double's address. */
size_t fl_math_workspace(size_t n)
{
    return 1 + 2 * (n * n + n + eigen_doubles(n)) + eigen_ints(n) + (1 + FL_MATH_LAPACK_BLOCK) * n;
}

/* LAPACK may loop for ever over numbers that are none. */
static bool is_finite(const float *values, size_t n)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++) sum += values[i] * 0;
    return sum == 0;
}

bool fl_math_eigenvectors(size_t n, float *matrix, float *values, float *workspace)
{
    int size = (int)n, n_work = (int)eigen_doubles(n), n_whole = (int)eigen_ints(n), info = 1;
    double *square = (double *)(workspace + (uintptr_t)workspace / sizeof *workspace % 2);
    double *exact = square + n * n, *work = exact + n;
    if (!is_finite(matrix, n * n)) return false;
    for (size_t i = 0; i < n * n; i++) square[i] = (double)matrix[i];
    dsyevd_("V", "U", &size, square, &size, exact, work, &n_work, (int *)(work + n_work), &n_whole, &info, 1, 1);
    for (size_t i = 0; i < n * n; i++) matrix[i] = (float)square[i];
    for (size_t i = 0; i < n; i++) values[i] = (float)exact[i];
    return info == 0;
}

bool fl_math_orthonormalize(size_t n, float *rows, float *workspace)
{
    int size = (int)n, n_work = FL_MATH_LAPACK_BLOCK * size, info = 1;
    float *tau = workspace, *work = workspace + n;
    if (!is_finite(rows, n * n)) return false;
    sgeqrf_(&size, &size, rows, &size, tau, work, &n_work, &info);
    if (info == 0) sorgqr_(&size, &size, &size, rows, &size, tau, work, &n_work, &info);
    return info == 0;
}

#else

bool fl_math_usable(fl_error *error)
{
    return fl_error_user(error, "Fairlead was built without OpenBLAS and its LAPACK (package libopenblas-dev)");
}

size_t fl_math_workspace(size_t n)
{
    return 0;
}

bool fl_math_eigenvectors(size_t n, float *matrix, float *values, float *workspace)
{
    fl_error_die("fl_math_eigenvectors without LAPACK");
}

bool fl_math_orthonormalize(size_t n, float *rows, float *workspace)
{
    fl_error_die("fl_math_orthonormalize without LAPACK");
}

#endif
