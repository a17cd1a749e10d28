/* Sums that rules share. */
#include "optimizer/rule.h"

enum { LANES = 16 };

/* Lane i sums what stands in places i, i + 16, ...: in vectors, and in the same order for every width of them. */
FL_OPTIMIZER_PASS add_products(const float *a, const float *b, size_t n, double lanes[LANES])
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++) lanes[lane] += (double)a[i + lane] * (double)b[i + lane];
    for (; i < n; i++) lanes[i % LANES] += (double)a[i] * (double)b[i];
}

double fl_optimizer_dot(const float *a, const float *b, size_t n)
{
    double lanes[LANES] = { 0 }, sum = 0;
    add_products(a, b, n, lanes);
    for (size_t lane = 0; lane < LANES; lane++) sum += lanes[lane];
    return sum;
}

double fl_optimizer_square(const float *values, size_t n)
{
    return fl_optimizer_dot(values, values, n);
}

FL_OPTIMIZER_PASS along(size_t n, float *to, const float *from, const float *direction, float by)
{
    for (size_t i = 0; i < n; i++) to[i] = from[i] + by * direction[i];
}

void fl_optimizer_along(size_t n, float *to, const float *from, const float *direction, float by)
{
    along(n, to, from, direction, by);
}

bool fl_optimizer_always(const fl_optimizer_update *update)
{
    return true;
}
