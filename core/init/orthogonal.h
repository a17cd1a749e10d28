/* From a matrix of normal draws to a random orthogonal one. */
#ifndef FL_INIT_ORTHOGONAL_H
#define FL_INIT_ORTHOGONAL_H

#include <stddef.h>

/* The matrix (rows x columns) becomes the orthogonal factor Q of its QR decomposition, or where it has fewer rows than
 * columns that of its transpose, transposed; signs are those for which R has a positive diagonal, so that Q of normal
 * draws is uniformly distributed (Mezzadri 2007). Computed in double. */
void fl_init_make_orthogonal(float *matrix, size_t rows, size_t columns);

#endif
