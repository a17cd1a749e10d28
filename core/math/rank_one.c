/* Power iteration on M^T M (Golub and Van Loan 2013, 8.2): v <- M^T (M v), with v of length 1 before each. The singular
 * value's estimate ||M v|| grows from step to step, and its error falls twice as fast as v's; where it stands still in
 * f32 nothing more is to be had. It begins with the longest row, which a matrix of rank one is done with at once.
 */
#include "math/rank_one.h"
#include "base/clones.h"

#include <math.h>
#include <string.h>

enum { ITERATIONS = 100, LANES = 16 };
static const double STILL = 1e-7; /* relative; half an ulp of a float */

/* In lanes, whose order is the same for every vector width. */
FL_CLONES static float dot(size_t n, const float *restrict a, const float *restrict b)
{
    float lanes[LANES] = { 0 }, sum = 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++) lanes[k] += a[i + k] * b[i + k];
    for (; i < n; i++) sum += a[i] * b[i];
    for (size_t k = 0; k < LANES; k++) sum += lanes[k];
    return sum;
}

FL_CLONES static void add(size_t n, float by, const float *restrict from, float *restrict to)
{
    for (size_t i = 0; i < n; i++) to[i] += by * from[i];
}

/* To length 1; returns the length, 0 of zeros, which stay. */
static double normalise(size_t n, float *v)
{
    double length = sqrt((double)dot(n, v, v));
    float by = length > 0 ? (float)(1 / length) : 0;
    for (size_t i = 0; i < n; i++) v[i] *= by;
    return length;
}

static const float *longest_row(size_t rows, size_t columns, const float *m)
{
    const float *longest = m;
    float most = 0;
    for (size_t r = 0; r < rows; r++) {
        float square = dot(columns, m + r * columns, m + r * columns);
        if (square > most) longest = m + r * columns;
        most = fmaxf(most, square);
    }
    return longest;
}

/* left = M v, right = M^T left */
static void iterate(size_t rows, size_t columns, const float *m, float *left, float *right)
{
    for (size_t r = 0; r < rows; r++) left[r] = dot(columns, m + r * columns, right);
    normalise(rows, left);
    memset(right, 0, columns * sizeof *right);
    for (size_t r = 0; r < rows; r++) add(columns, left[r], m + r * columns, right);
}

void fl_math_rank_one(size_t rows, size_t columns, const float *matrix, float *left, float *right)
{
    memcpy(right, longest_row(rows, columns, matrix), columns * sizeof *right);
    double before = normalise(columns, right), now = before;
    for (size_t i = 0; i < ITERATIONS; i++, before = now) {
        iterate(rows, columns, matrix, left, right);
        now = sqrt((double)dot(columns, right, right));
        if (!(now > before * (1 + STILL)) && i) break;
        if (i + 1 < ITERATIONS) normalise(columns, right);
    }
}
