#include "stats/subsets.h"
#include "base/exact.h"

#include <math.h>

/* Drawing counts rank by rank costs eight times as much a rank as counting draws does. */
enum { WHOLE = 1000, WORTH = 8 };

static const double NO_WEIGHT = 1e-15;

/* All of K trials lie behind rank r in (1 - r/N)(1 - r/(N - 1))... <= (1 - r/N)^K of the subsets. */
size_t fl_stats_depth(size_t n, size_t k)
{
    size_t depth = (size_t)ceil((double)n * (1 - fl_exact_pow(NO_WEIGHT, 1 / (double)k)));
    return n > WHOLE && depth < n / WORTH ? depth : n;
}

void fl_stats_subset_weights(size_t n, size_t k, double *weights)
{
    weights[0] = (double)k / (double)n;
    for (size_t i = 1; i < n; i++) {
        double left = (double)(n - i); /* trials of this rank and worse */
        weights[i] = weights[i - 1] * (left - (double)k + 1) / left;
    }
}
