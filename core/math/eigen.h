/* Eigenvalues of symmetric matrices in double precision: all of a small one and of a tridiagonal one by LAPACK, a few
 * extreme ones of a matrix known by its products alone by ARPACK.
 *
 * Deterministic on one machine; the last bits depend on it, as those of math/dense.h do. ARPACK keeps its state in
 * static memory: one caller at a time in a process.
 */
#ifndef FL_MATH_EIGEN_H
#define FL_MATH_EIGEN_H

#include "base/error.h"
#include <stddef.h>

/* True when both libraries are there; else a message that names what is missing. */
bool fl_math_eigen_usable(fl_error *error);

/* All eigenvalues of a symmetric matrix (n x n), the least first; the eigenvectors take the matrix's place, one a row.
 * False when the matrix is not finite or LAPACK does not converge. */
bool fl_math_eigen_all(size_t n, double *matrix, double *values);

/* All eigenvalues of a symmetric tridiagonal matrix, in the place of its diagonal (n), the least first; `off` (n - 1)
 * is overwritten. `first` (n) gets the first component of each normalised eigenvector. */
bool fl_math_eigen_tridiagonal(size_t n, double *diagonal, double *off, double *first);

/* out = M v for a symmetric matrix M (n x n). */
typedef void fl_math_eigen_apply(void *user, const double *v, double *out);

/* The k largest eigenvalues, the largest first, to `tolerance` of their own size, by implicitly restarted Lanczos from
 * `start` (n); their normalised eigenvectors (k x n) unless `vectors` is NULL. 1 <= k < n. False with a message when
 * they do not converge. */
bool fl_math_eigen_largest(size_t n, fl_math_eigen_apply *apply, void *user, size_t k, double tolerance,
                           const double *start, double *values, double *vectors, fl_error *error);

#endif
