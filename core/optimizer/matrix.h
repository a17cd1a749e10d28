/* What rules that look at matrices share: where they lie, and Adam for everything that is none.
 *
 * A matrix is canonical: rows are outputs, columns inputs (channels and window for a convolution), without gaps.
 */
#ifndef FL_OPTIMIZER_MATRIX_H
#define FL_OPTIMIZER_MATRIX_H

#include "math/dense.h"
#include "optimizer/rule.h"

typedef struct fl_optimizer_matrix {
    size_t at; /* in every array */
    size_t rows, columns;
} fl_optimizer_matrix;

size_t fl_optimizer_n_matrices(const fl_tensor *tensor);

/* Matrix `index` of them. */
fl_optimizer_matrix fl_optimizer_matrix_of(const fl_tensor *tensor, size_t index);

size_t fl_optimizer_matrix_size(const fl_optimizer_matrix *matrix);

/* A matrix and its transpose as operands. */
fl_math_operand fl_optimizer_plain(const float *values, size_t rows, size_t columns);
fl_math_operand fl_optimizer_transposed(const float *values, size_t rows, size_t columns);

/* Adam's step in kingma's form on one tensor, with decoupled decay; its moments are state 0 and 1. */
typedef struct fl_optimizer_adam_step {
    double rate, beta1, beta2, epsilon, weight_decay;
} fl_optimizer_adam_step;
void fl_optimizer_adam_on(const fl_optimizer_update *update, const fl_tensor *tensor, fl_optimizer_adam_step adam);

/* theta -= decay theta + eta direction, `n` numbers. */
void fl_optimizer_move(size_t n, float *theta, const float *direction, float eta, float decay);

/* state = share state + (1 - share) values. */
void fl_optimizer_average(size_t n, float *state, const float *values, double share);

#endif
