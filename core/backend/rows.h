/* What is computed row by row, in vectorised loops over rows of n floats. */
#ifndef FL_BACKEND_ROWS_H
#define FL_BACKEND_ROWS_H

#include <stddef.h>

/* Layer normalisation: y = gain x^ + bias with x^ = (x - mean) scale; keeps mean and scale for backward. */
void fl_backend_rows_norm(const float *x, size_t n, double epsilon, const float *gain, const float *bias, float *y,
                          float *mean, float *scale);

/* Its gradients: of gain and bias added to, of x written unless NULL. */
void fl_backend_rows_norm_back(const float *x, const float *d, size_t n, const float *gain, float mean, float scale,
                               float *d_gain, float *d_bias, float *d_x);

/* z becomes softmax(z); and d, the gradient at p = softmax(z), the one at z. */
void fl_backend_rows_softmax(float *z, size_t n);
void fl_backend_rows_softmax_back(const float *p, float *d, size_t n);

/* to = scale P r of p = softmax(z): P = diag(p) - p p^T, by which p changes along r = R{z}, and a gradient at p becomes
 * the one at z. Unlike backward of a training step it keeps its digits where one p is next to 1. `to` may be `r`. */
void fl_backend_rows_softmax_along(const float *p, const float *r, size_t n, float scale, float *to);

/* to = the sum of the rows; each row of to = the one row. */
void fl_backend_rows_sum(const float *restrict from, size_t rows, size_t n, float *restrict to);
void fl_backend_rows_repeat(const float *row, size_t n, float *to, size_t rows);

#endif
