/* Sums that rules share. */
#include "optimizer/rule.h"

enum { LANES = 16 };

/* Lane i sums what stands in places i, i + 16, ...: in vectors, and in the same order for every width of them. */
FL_OPTIMIZER_PASS add_squares(const float *restrict values, size_t n, double lanes[LANES])
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++) lanes[lane] += (double)values[i + lane] * (double)values[i + lane];
    for (; i < n; i++) lanes[i % LANES] += (double)values[i] * (double)values[i];
}

double fl_optimizer_square(const float *values, size_t n)
{
    double lanes[LANES] = { 0 }, sum = 0;
    add_squares(values, n, lanes);
    for (size_t lane = 0; lane < LANES; lane++) sum += lanes[lane];
    return sum;
}
