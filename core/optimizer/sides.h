/* What Shampoo and SOAP share: for each matrix G two mean products, L of G G^T and R of G^T G, and beside each a factor
 * that the rule makes of it from time to time. A side longer than max_dimension has none: it is the identity.
 *
 * All of it lies in the rule's own floats, matrix after matrix.
 */
#ifndef FL_OPTIMIZER_SIDES_H
#define FL_OPTIMIZER_SIDES_H

#include "optimizer/matrix.h"

typedef struct fl_optimizer_side {
    size_t n;                /* 0: the identity */
    float *product, *factor; /* n x n */
} fl_optimizer_side;

typedef struct fl_optimizer_sides {
    fl_optimizer_matrix matrix;
    fl_optimizer_side left, right; /* of `rows` and of `columns` numbers */
    float *rooms[3];               /* scratch, as large as the matrix each */
    float *square, *values;        /* scratch for a side: n x n, n */
    float *workspace;              /* fl_math_workspace(n) */
} fl_optimizer_sides;

fl_optimizer_own fl_optimizer_sides_own(const fl_tensor_layout *layout, double max_dimension);

/* Call `move` for each matrix of every tensor that is no vector. */
typedef void fl_optimizer_sides_move(const fl_optimizer_update *update, const fl_tensor *tensor,
                                     const fl_optimizer_sides *sides);
void fl_optimizer_sides_each(const fl_optimizer_update *update, double max_dimension, fl_optimizer_sides_move *move);

/* L' = share L + (1 - share) G G^T, R likewise. */
void fl_optimizer_sides_add(const fl_optimizer_sides *sides, const float *gradient, double share);

#endif
