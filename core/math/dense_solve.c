/* Symmetric systems and inverses by LAPACK; its functions as in dense_lapack.c. */
#include "math/dense.h"
#include "math/lapack.h"

#ifdef FL_HAVE_LAPACK

void ssysv_(const char *triangle, const int *n, const int *n_right, float *a, const int *lda, int *pivots, float *b,
            const int *ldb, float *work, const int *n_work, int *info, size_t);
void spotrf_(const char *triangle, const int *n, float *a, const int *lda, int *info, size_t);
void spotri_(const char *triangle, const int *n, float *a, const int *lda, int *info, size_t);

size_t fl_math_solve_workspace(size_t n)
{
    return (1 + FL_MATH_LAPACK_BLOCK) * n;
}

/* Of the factor D a pivot is a number, or a block of two by two with one eigenvalue of each sign, which has its name in
 * both places. */
static size_t count_negative(size_t n, const float *matrix, const int *pivots)
{
    size_t alone = 0, in_blocks = 0;
    for (size_t i = 0; i < n; i++) {
        alone += pivots[i] > 0 && matrix[i * n + i] < 0;
        in_blocks += pivots[i] < 0;
    }
    return alone + in_blocks / 2;
}

bool fl_math_solve(size_t n, float *matrix, float *b, float *workspace, size_t *n_negative)
{
    int size = (int)n, one = 1, n_work = FL_MATH_LAPACK_BLOCK * size, info = 1, *pivots = (int *)workspace;
    *n_negative = 0;
    ssysv_("U", &size, &one, matrix, &size, pivots, b, &size, workspace + n, &n_work, &info, 1);
    if (info < 0) return false;
    *n_negative = count_negative(n, matrix, pivots);
    return info == 0;
}

/* LAPACK's upper triangle is our lower one. */
bool fl_math_invert(size_t n, float *matrix)
{
    int size = (int)n, info = 1;
    spotrf_("U", &size, matrix, &size, &info, 1);
    if (info == 0) spotri_("U", &size, matrix, &size, &info, 1);
    if (info == 0) fl_math_mirror(n, matrix);
    return info == 0;
}

#else

size_t fl_math_solve_workspace(size_t n)
{
    return 0;
}

bool fl_math_solve(size_t n, float *matrix, float *b, float *workspace, size_t *n_negative)
{
    fl_error_die("fl_math_solve without LAPACK");
}

bool fl_math_invert(size_t n, float *matrix)
{
    fl_error_die("fl_math_invert without LAPACK");
}

#endif
