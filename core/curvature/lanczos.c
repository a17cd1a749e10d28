/* Lanczos quadrature of the spectral density. With a random start q_1,
 *
 *   M q_j = b_(j-1) q_(j-1) + a_j q_j + b_j q_(j+1),    T = tridiagonal(a, b)
 *
 * the eigenvalues of T are nodes and the squared first components of its eigenvectors weights of a Gauss quadrature of
 * the density as q_1 sees it (Golub and Welsch 1969). Every q is kept and made orthogonal to all before it: otherwise
 * converged eigenvalues come back as ghosts.
 */
#include "base/memory.h"
#include "curvature/basis.h"
#include "curvature/spectrum.h"
#include "math/eigen.h"

#include <math.h>
#include <stdlib.h>

/* Beside the matrix's norm, what single precision leaves of a product that has no new direction. */
static const double negligible = 1e-6;

/* The rows q, the diagonal a and what is beside it, b; returns how many steps there were. */
static size_t iterate(const fl_curvature_matrix *matrix, size_t steps, float *q, double *a, double *b)
{
    size_t n = matrix->n, done = 0;
    double norm = 0;
    while (done < steps) {
        float *at = q + done * n, *next = at + n;
        matrix->apply(matrix->user, at, next);
        norm = fmax(norm, sqrt(fl_curvature_dot(n, next, next)));
        a[done] = fl_curvature_dot(n, at, next);
        done++;
        b[done - 1] = fl_curvature_project_out(n, done, q, next);
        if (!(b[done - 1] > negligible * norm)) break;
        fl_curvature_scale(n, 1 / b[done - 1], next);
    }
    return done;
}

size_t fl_curvature_lanczos(const fl_curvature_matrix *matrix, size_t steps, uint64_t seed, size_t start, double *nodes,
                            double *weights)
{
    size_t n = matrix->n, most = steps < n ? steps : n;
    float *q = fl_memory_new((most + 1) * n, sizeof *q);
    double *b = fl_memory_new(most, sizeof *b);
    fl_curvature_signs(seed, "curvature density", start, n, q);
    fl_curvature_scale(n, 1 / sqrt((double)n), q);
    size_t done = iterate(matrix, most, q, nodes, b);
    bool solved = fl_math_eigen_tridiagonal(done, nodes, b, weights);
    for (size_t i = 0; i < done; i++) weights[i] *= weights[i];
    free(q);
    free(b);
    return solved ? done : 0;
}
