/* The best approximation of rank one of a matrix, by Eckart and Young (1936) its largest singular triple.
 *
 * Plain C, so that it is there without LAPACK and has the same bits everywhere.
 */
#ifndef FL_MATH_RANK_ONE_H
#define FL_MATH_RANK_ONE_H

#include <stddef.h>

/* `matrix` (rows x columns) is close to left right^T: left of length 1, right as long as the largest singular value is
 * large. Of a matrix of zeros both are zero. The sign is that of the longest row: right's product with it is positive.
 */
void fl_math_rank_one(size_t rows, size_t columns, const float *matrix, float *left, float *right);

#endif
