/* Orthonormal rows that grow one by one: of a Lanczos run, of a sketch's range. For this folder only. */
#ifndef FL_CURVATURE_BASIS_H
#define FL_CURVATURE_BASIS_H

#include <stddef.h>
#include <stdint.h>

double fl_curvature_dot(size_t n, const float *a, const float *b);

/* Take out of `v` its part in the rows (k x n), twice, as one pass leaves what rounding made; returns what length
 * remains. */
double fl_curvature_project_out(size_t n, size_t k, const float *rows, float *v);

/* v *= factor */
void fl_curvature_scale(size_t n, double factor, float *v);

/* Random signs, or normal numbers: vector number `index` of a purpose. */
void fl_curvature_signs(uint64_t seed, const char *purpose, size_t index, size_t n, float *v);
void fl_curvature_normals(uint64_t seed, const char *purpose, size_t index, size_t n, double *v);

#endif
