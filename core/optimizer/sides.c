/* Where the sides of every matrix lie, and their products. */
#include "optimizer/sides.h"

static size_t side_of(size_t length, double max_dimension)
{
    return (double)length <= max_dimension ? length : 0;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t kept_by(size_t side)
{
    return 2 * side * side;
}

fl_optimizer_own fl_optimizer_sides_own(const fl_tensor_layout *layout, double max_dimension)
{
    fl_optimizer_own floats = { 0 };
    for (const fl_tensor *t = layout->tensors; t < layout->tensors + layout->n_tensors; t++) {
        if (t->role == FL_TENSOR_VECTOR) continue;
        fl_optimizer_matrix matrix = fl_optimizer_matrix_of(t, 0);
        size_t left = side_of(matrix.rows, max_dimension), right = side_of(matrix.columns, max_dimension);
        size_t side = larger(left, right);
        floats.kept += fl_optimizer_n_matrices(t) * (kept_by(left) + kept_by(right));
        floats.scratch = larger(floats.scratch,
                                3 * fl_optimizer_matrix_size(&matrix) + side * side + side + fl_math_workspace(side));
    }
    return floats;
}

static fl_optimizer_side take_side(size_t length, double max_dimension, float **kept)
{
    size_t n = side_of(length, max_dimension);
    fl_optimizer_side side = { n, *kept, *kept + n * n };
    *kept += kept_by(n);
    return side;
}

static fl_optimizer_sides take_sides(const fl_optimizer_update *update, fl_optimizer_matrix matrix,
                                     double max_dimension, float **kept)
{
    fl_optimizer_sides sides = { .matrix = matrix };
    sides.left = take_side(matrix.rows, max_dimension, kept);
    sides.right = take_side(matrix.columns, max_dimension, kept);
    size_t side = larger(sides.left.n, sides.right.n), size = fl_optimizer_matrix_size(&matrix);
    for (size_t i = 0; i < 3; i++) sides.rooms[i] = update->scratch + i * size;
    sides.square = update->scratch + 3 * size;
    sides.values = sides.square + side * side;
    sides.workspace = sides.values + side;
    return sides;
}

void fl_optimizer_sides_each(const fl_optimizer_update *update, double max_dimension, fl_optimizer_sides_move *move)
{
    float *kept = update->own;
    for (const fl_tensor *t = update->layout->tensors; t < update->layout->tensors + update->layout->n_tensors; t++)
        for (size_t i = 0; t->role != FL_TENSOR_VECTOR && i < fl_optimizer_n_matrices(t); i++) {
            fl_optimizer_sides sides = take_sides(update, fl_optimizer_matrix_of(t, i), max_dimension, &kept);
            move(update, t, &sides);
        }
}

void fl_optimizer_sides_add(const fl_optimizer_sides *sides, const float *gradient, double share)
{
    size_t rows = sides->matrix.rows, columns = sides->matrix.columns;
    fl_math_operand plain = fl_optimizer_plain(gradient, rows, columns),
                    turned = fl_optimizer_transposed(gradient, rows, columns);
    float rest = (float)(1 - share);
    if (sides->left.n) fl_math_product(rest, plain, turned, (float)share, sides->left.product);
    if (sides->right.n) fl_math_product(rest, turned, plain, (float)share, sides->right.product);
}
