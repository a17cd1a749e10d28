/* QR by Householder's reflections: H_k = 1 - 2 v_k v_k^T turns what is left of column k into alpha_k e_k, so that
 * H_n ... H_1 A = R and Q = H_1 ... H_n. With alpha_k of the sign against the column's first number nothing cancels.
 *
 * Matrices lie in rows and every inner loop runs along one, so that sums keep their order whatever the width of
 * vectors.
 */
#include "init/orthogonal.h"
#include "base/clones.h"
#include "base/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* a (m x n, in rows) becomes (1 - 2 v v^T) a; sums has room for n. */
FL_CLONES static void reflect(size_t m, size_t n, const double *restrict v, double *restrict a, double *restrict sums)
{
    memset(sums, 0, n * sizeof *sums);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) sums[j] += v[i] * a[i * n + j];
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) a[i * n + j] -= 2 * v[i] * sums[j];
}

/* v of a column of m numbers, `step` apart; false where it is zero. *alpha: what its first number becomes. */
static bool find_reflection(size_t m, const double *column, size_t step, double *v, double *alpha)
{
    double squares = 0, length = 0;
    for (size_t i = 0; i < m; i++) squares += column[i * step] * column[i * step];
    *alpha = column[0] > 0 ? -sqrt(squares) : sqrt(squares);
    for (size_t i = 0; i < m; i++) v[i] = column[i * step] - (i ? 0 : *alpha);
    for (size_t i = 0; i < m; i++) length += v[i] * v[i];
    for (size_t i = 0; length > 0 && i < m; i++) v[i] /= sqrt(length);
    return length > 0;
}

/* a (m x n, m >= n) becomes its Q. Reflection k works on rows k..m-1; v holds m numbers of each. */
static void decompose(size_t m, size_t n, double *a, double *v, double *signs, double *sums)
{
    for (size_t k = 0; k < n; k++) {
        double alpha, *of_k = v + k * m;
        if (!find_reflection(m - k, a + k * n + k, n, of_k, &alpha)) memset(of_k, 0, m * sizeof *of_k);
        reflect(m - k, n, of_k, a + k * n, sums);
        signs[k] = alpha < 0 ? -1 : 1;
    }
    memset(a, 0, m * n * sizeof *a);
    for (size_t k = 0; k < n; k++) a[k * n + k] = 1;
    for (size_t k = n; k-- > 0;) reflect(m - k, n, v + k * m, a + k * n, sums);
    for (size_t i = 0; i < m * n; i++) a[i] *= signs[i % n];
}

void fl_init_make_orthogonal(float *matrix, size_t rows, size_t columns)
{
    bool wide = rows < columns;
    size_t m = wide ? columns : rows, n = wide ? rows : columns;
    double *a = fl_memory_new(2 * m * n + 2 * n, sizeof *a), *v = a + m * n, *signs = v + m * n, *sums = signs + n;
    for (size_t i = 0; i < m * n; i++) a[i] = wide ? matrix[i % n * m + i / n] : matrix[i];
    decompose(m, n, a, v, signs, sums);
    for (size_t i = 0; i < m * n; i++) matrix[wide ? i % n * m + i / n : i] = (float)a[i];
    free(a);
}
