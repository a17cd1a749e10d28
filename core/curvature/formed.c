/* The matrix column by column, and all its eigenvalues. */
#include "base/memory.h"
#include "curvature/spectrum.h"
#include "math/eigen.h"

#include <stdlib.h>

/* Rounding makes products not quite symmetric: the mean of both triangles is. */
static void make_symmetric(size_t n, double *rows)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) rows[i * n + j] = rows[j * n + i] = (rows[i * n + j] + rows[j * n + i]) / 2;
}

static void form_by_products(const fl_curvature_matrix *matrix, double *rows)
{
    size_t n = matrix->n;
    float *unit = fl_memory_new(n, sizeof *unit), *out = fl_memory_new(n, sizeof *out);
    for (size_t i = 0; i < n; i++) {
        unit[i] = 1;
        matrix->apply(matrix->user, unit, out);
        unit[i] = 0;
        for (size_t j = 0; j < n; j++) rows[i * n + j] = out[j];
    }
    free(unit);
    free(out);
}

bool fl_curvature_form(const fl_curvature_matrix *matrix, double *values, double *vectors, fl_error *error)
{
    if (matrix->form)
        matrix->form(matrix->user, vectors);
    else
        form_by_products(matrix, vectors);
    make_symmetric(matrix->n, vectors);
    return fl_math_eigen_all(matrix->n, vectors, values) ||
           fl_error_machine(error, "the matrix is not finite, or LAPACK does not converge");
}
