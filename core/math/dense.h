/* Dense algebra in single precision: products, QR, symmetric eigenproblems and systems, by OpenBLAS's CBLAS and LAPACK.
 *
 * Matrices are row-major without gaps. Workspace comes from the caller and nothing is allocated here. The last bits
 * depend on the machine's kernels and on the number of threads, as they do on the backends. A build without OpenBLAS
 * says so (fl_math_usable) and must not call the rest.
 */
#ifndef FL_MATH_DENSE_H
#define FL_MATH_DENSE_H

#include "base/error.h"
#include "base/text.h"
#include <stddef.h>

/* True when the library is there; else a message that names its package. */
bool fl_math_usable(fl_error *error);

/* Let OpenBLAS compute with so many threads, in which denormals are zero as they are in the calling one. */
void fl_math_start(unsigned threads);

/* The library, its version, the kernels in use and its file, links followed: only facts that stay the same from run to
 * run. */
void fl_math_describe(fl_text *text);

/* A (rows x columns), or its transpose: how the caller wants it read. */
typedef struct fl_math_operand {
    const float *values;
    size_t rows, columns; /* as they lie in memory */
    bool transposed;
} fl_math_operand;

/* c = alpha a b + beta c. */
void fl_math_product(float alpha, fl_math_operand a, fl_math_operand b, float beta, float *c);

/* What is below the diagonal of a matrix (n x n) also above it. Every build has this one. */
void fl_math_mirror(size_t n, float *matrix);

/* Floats of workspace for the two functions below. */
size_t fl_math_workspace(size_t n);

/* The eigenvectors of a symmetric matrix (n x n) take its place, one a row; `values` are theirs, the least first.
 * Computed in doubles: beside a largest value of 20 floats leave errors of 1e-6 in those that are 0, which roots of
 * eigenvalues below an epsilon of 1e-4 enlarge to 2e-3 of a Shampoo step, twenty times what storing the matrix costs.
 * False when LAPACK does not converge or the matrix is not finite. */
bool fl_math_eigenvectors(size_t n, float *matrix, float *values, float *workspace);

/* Make the rows (n of n) orthonormal, each in the span of itself and those before it. */
bool fl_math_orthonormalize(size_t n, float *rows, float *workspace);

/* Solve matrix x = b for a symmetric matrix (n x n), definite or not; x takes the place of b, the matrix is
 * overwritten. *n_negative: how many of its eigenvalues are below zero. False when it is singular. `workspace` holds
 * fl_math_solve_workspace(n) floats. */
size_t fl_math_solve_workspace(size_t n);
bool fl_math_solve(size_t n, float *matrix, float *b, float *workspace, size_t *n_negative);

/* The inverse of a symmetric positive definite matrix takes its place. False when it is not positive definite; it is
 * lost then. */
bool fl_math_invert(size_t n, float *matrix);

#endif
