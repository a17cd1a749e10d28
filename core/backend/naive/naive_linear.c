/* Products of matrices, and dense layers made of them.
 *
 * Backward of y = x W^T + b, with d the gradient at y: dW = d^T x, db = the sum of d's rows, dx = d W. Forward
 * transposes W first, so that its innermost loop runs along a row like the others.
 */
#include "backend/naive/naive.h"
#include "base/clones.h"

#include <string.h>

/* Four terms at a time, so that c is read and written less often; each sum has its terms in the order of p all the
 * same, and so its bits. */
FL_CLONES static void add_product(size_t m, size_t n, size_t k, fl_naive_factor a, const float *restrict b,
                                  size_t b_row, float *restrict c, size_t c_row)
{
    for (size_t i = 0; i < m; i++) {
        const float *scale = a.at + i * a.row;
        float *to = c + i * c_row;
        size_t p = 0;
        for (; p + 4 <= k; p += 4) {
            const float *b0 = b + p * b_row, *b1 = b0 + b_row, *b2 = b1 + b_row, *b3 = b2 + b_row;
            float s0 = scale[p * a.column], s1 = scale[(p + 1) * a.column], s2 = scale[(p + 2) * a.column],
                  s3 = scale[(p + 3) * a.column];
            for (size_t j = 0; j < n; j++) to[j] = to[j] + s0 * b0[j] + s1 * b1[j] + s2 * b2[j] + s3 * b3[j];
        }
        for (; p < k; p++)
            for (size_t j = 0; j < n; j++) to[j] += scale[p * a.column] * b[p * b_row + j];
    }
}

void fl_naive_add_product(size_t m, size_t n, size_t k, fl_naive_factor a, const float *restrict b, size_t b_row,
                          float *restrict c, size_t c_row)
{
    add_product(m, n, k, a, b, b_row, c, c_row);
}

/* A block of a row at a time. */
FL_CLONES static void add_product_in_double(size_t m, size_t n, size_t k, fl_naive_factor a, const float *restrict b,
                                            size_t b_row, float *restrict c, size_t c_row)
{
    enum { BLOCK = 64 };
    double totals[BLOCK];
    for (size_t i = 0; i < m; i++)
        for (size_t first = 0, now; first < n; first += now) {
            float *to = c + i * c_row + first;
            now = n - first < BLOCK ? n - first : BLOCK;
            for (size_t j = 0; j < now; j++) totals[j] = to[j];
            for (size_t p = 0; p < k; p++) {
                double scale = a.at[i * a.row + p * a.column];
                const float *row = b + p * b_row + first;
                for (size_t j = 0; j < now; j++) totals[j] += scale * row[j];
            }
            for (size_t j = 0; j < now; j++) to[j] = (float)totals[j];
        }
}

void fl_naive_add_product_in_double(size_t m, size_t n, size_t k, fl_naive_factor a, const float *restrict b,
                                    size_t b_row, float *restrict c, size_t c_row)
{
    add_product_in_double(m, n, k, a, b, b_row, c, c_row);
}

fl_naive_adder *fl_naive_adder_of(const fl_backend_plain *p)
{
    return p->curvature ? fl_naive_add_product_in_double : fl_naive_add_product;
}

static double number(fl_backend_matrix m, size_t row, size_t column)
{
    return m.transposed ? m.at[column * m.step + row] : m.at[row * m.step + column];
}

void fl_naive_product(size_t rows, size_t columns, size_t depth, float factor, fl_backend_matrix a, fl_backend_matrix b,
                      float keep, float *c, size_t step)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            double total = 0, kept = keep ? (double)keep * c[i * step + j] : 0;
            for (size_t p = 0; p < depth; p++) total += number(a, i, p) * number(b, p, j);
            c[i * step + j] = (float)(kept + factor * total);
        }
}

void fl_naive_transpose(size_t rows, size_t columns, const float *restrict from, float *restrict to)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) to[j * rows + i] = from[i * columns + j];
}

void fl_naive_linear_forward(fl_naive_linear l, const float *x, const float *weights, const float *bias,
                             float *transposed, float *y)
{
    size_t n_in = l.n_in / l.groups, n_out = l.n_out / l.groups;
    if (!bias) memset(y, 0, l.rows * l.n_out * sizeof *y);
    for (size_t r = 0; bias && r < l.rows; r++) memcpy(y + r * l.n_out, bias, l.n_out * sizeof *y);
    for (size_t g = 0; g < l.groups; g++) {
        fl_naive_transpose(n_out, n_in, weights + g * n_out * n_in, transposed);
        l.add(l.rows, n_out, n_in, (fl_naive_factor){ x + g * n_in, l.n_in, 1 }, transposed, n_out, y + g * n_out,
              l.n_out);
    }
}

static void backward_bias(fl_naive_linear l, const float *d_y, float *d_bias)
{
    const float one = 1;
    memset(d_bias, 0, l.n_out * sizeof *d_bias);
    l.add(1, l.n_out, l.rows, (fl_naive_factor){ &one, 0, 0 }, d_y, l.n_out, d_bias, 0);
}

void fl_naive_linear_backward(fl_naive_linear l, const float *x, const float *weights, const float *d_y,
                              float *d_weights, float *d_bias, float *d_x)
{
    size_t n_in = l.n_in / l.groups, n_out = l.n_out / l.groups;
    if (d_weights) memset(d_weights, 0, l.n_out * n_in * sizeof *d_weights);
    if (d_bias) backward_bias(l, d_y, d_bias);
    if (d_x) memset(d_x, 0, l.rows * l.n_in * sizeof *d_x);
    for (size_t g = 0; g < l.groups; g++) {
        const float *block = weights + g * n_out * n_in, *d_block = d_y + g * n_out;
        if (d_weights)
            l.add(n_out, n_in, l.rows, (fl_naive_factor){ d_block, 1, l.n_out }, x + g * n_in, l.n_in,
                  d_weights + g * n_out * n_in, n_in);
        if (d_x)
            l.add(l.rows, n_in, n_out, (fl_naive_factor){ d_block, l.n_out, 1 }, block, n_in, d_x + g * n_in, l.n_in);
    }
}
