/* What we call of LAPACK. OpenBLAS brings it in its own library, without a C interface: every argument is a pointer,
 * matrices are columns, and for each text argument the list ends with its length. The names are Fortran's.
 */
#ifndef FL_MATH_LAPACK_H
#define FL_MATH_LAPACK_H

#include <stddef.h>

enum { FL_MATH_LAPACK_BLOCK = 64 }; /* columns that a blocked factorisation takes at once, at most */

/* Eigenvalues and eigenvectors of a symmetric matrix, by divide and conquer. */
void dsyevd_(const char *vectors, const char *triangle, const int *n, double *a, const int *lda, double *values,
             double *work, const int *n_work, int *whole, const int *n_whole, int *info, size_t, size_t);

/* The same of a tridiagonal one. */
void dstev_(const char *vectors, const int *n, double *diagonal, double *off, double *z, const int *ldz, double *work,
            int *info, size_t);

/* QR: the factors, and Q written out. */
void sgeqrf_(const int *m, const int *n, float *a, const int *lda, float *tau, float *work, const int *n_work,
             int *info);
void sorgqr_(const int *m, const int *n, const int *k, float *a, const int *lda, const float *tau, float *work,
             const int *n_work, int *info);

#endif
