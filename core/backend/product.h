/* A product of matrices, as every backend has one. */
#ifndef FL_BACKEND_PRODUCT_H
#define FL_BACKEND_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>

/* A matrix by rows: the first number of each row `step` after the one before, and whether it is read transposed. */
typedef struct fl_backend_matrix {
    const float *at;
    size_t step;
    bool transposed;
} fl_backend_matrix;

/* c = factor a b + keep c, with c of `rows` by `columns`, its rows `step` apart, and `depth` products to each sum;
 * `keep` 0 overwrites c whatever it holds. */
typedef void fl_backend_product(size_t rows, size_t columns, size_t depth, float factor, fl_backend_matrix a,
                                fl_backend_matrix b, float keep, float *c, size_t step);

#endif
