/* The spectrum of a symmetric matrix that is known by its products alone: a Hessian, a generalised Gauss-Newton matrix,
 * a Fisher matrix.
 *
 * A matrix of at most FL_CURVATURE_FORMED rows is formed and handed to LAPACK: every figure is exact. Of a larger one
 * the extreme eigenvalues come from ARPACK, the trace from Hutch++ (Meyer, Musco, Musco, Woodruff 2021), the density
 * from Lanczos quadrature (Ubaru, Chen, Saad 2017; Ghorbani, Krishnan, Xiao 2019). Random vectors come from
 * counter-based streams of `seed`.
 */
#ifndef FL_CURVATURE_SPECTRUM_H
#define FL_CURVATURE_SPECTRUM_H

#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

enum { FL_CURVATURE_FORMED = 1000 };

typedef struct fl_curvature_matrix {
    size_t n;
    void (*apply)(void *user, const float *v, float *out); /* out = M v */
    void *user;
    void (*form)(void *user, double *rows); /* all of it (n x n) in n products at once; NULL: by `apply` */
} fl_curvature_matrix;

typedef struct fl_curvature_request {
    size_t n_largest, n_smallest; /* eigenvalues, of the largest at least 1; fewer where the matrix has no more */
    size_t n_vectors;             /* eigenvectors of the largest, at most n_largest */
    size_t trace_products;        /* of a matrix that is not formed; at least 3 */
    size_t lanczos_starts, lanczos_steps; /* likewise, at least 1 */
    uint64_t seed;
} fl_curvature_request;

/* What `fairlead curvature` asks for unless told otherwise. */
extern const fl_curvature_request fl_curvature_default;

typedef struct fl_curvature_spectrum {
    size_t n, products;         /* rows; products with the matrix that were spent */
    bool exact;                 /* formed */
    double *largest, *smallest; /* descending from the largest; ascending from the smallest */
    size_t n_largest, n_smallest;
    float *vectors; /* n_vectors x n, normalised */
    size_t n_vectors;
    double trace, trace_error; /* standard error of the random part; 0 where exact */
    double condition; /* largest over the smallest eigenvalue above 1e-6 of it; unless exact the smallest found above
                         1e-3 of it, so a bound from below; NaN where the largest is not positive */
    double condition_mean;   /* largest n / trace; NaN where the trace is not positive */
    double *nodes, *weights; /* the density as points: every eigenvalue with 1/n, or Ritz values; weights sum to 1 */
    size_t n_nodes;
} fl_curvature_spectrum;

/* False with a message where ARPACK does not converge or a product is not finite. The caller frees the spectrum by
 * fl_curvature_spectrum_free. */
bool fl_curvature_measure(const fl_curvature_matrix *matrix, const fl_curvature_request *request,
                          fl_curvature_spectrum *spectrum, fl_error *error);
void fl_curvature_spectrum_free(fl_curvature_spectrum *spectrum); /* what it owns */

/* --- its parts, each for any n they allow --- */

/* Every eigenvalue, the least first, with its eigenvector (n x n, one a row, double); n products. */
bool fl_curvature_form(const fl_curvature_matrix *matrix, double *values, double *vectors, fl_error *error);

/* The k largest, or the k smallest (k < n), from the outermost inwards, to 1e-4 of the matrix's norm; their vectors
 * (k x n) unless NULL. */
bool fl_curvature_largest(const fl_curvature_matrix *matrix, size_t k, uint64_t seed, double *values, float *vectors,
                          fl_error *error);
bool fl_curvature_smallest(const fl_curvature_matrix *matrix, size_t k, double largest, uint64_t seed, double *values,
                           fl_error *error);

/* The trace by Hutch++ with `products` products, a third for each of its parts; *error its standard error. */
double fl_curvature_trace(const fl_curvature_matrix *matrix, size_t products, uint64_t seed, double *error);

/* Lanczos from random vector number `start` with full reorthogonalisation: Ritz values and their weights in the
 * quadrature, as many as are returned; at most `steps`, fewer where the Krylov space ends. 0: not finite. */
size_t fl_curvature_lanczos(const fl_curvature_matrix *matrix, size_t steps, uint64_t seed, size_t start, double *nodes,
                            double *weights);

#endif
