/* Step down: the smallest of n p-values is multiplied by n, the next by n - 1, ..., none falling below the one
 * before it and none above 1. */
#include "stats/holm.h"
#include "base/memory.h"
#include "stats/sample.h"

#include <math.h>
#include <stdlib.h>

void fl_stats_holm(const double *p, size_t n, double *adjusted)
{
    size_t *order = fl_memory_new(n, sizeof *order);
    fl_stats_order(p, n, order);
    double before = 0;
    for (size_t i = 0; i < n; i++) {
        before = fmax(before, fmin(1, (double)(n - i) * p[order[i]]));
        adjusted[order[i]] = before;
    }
    free(order);
}
