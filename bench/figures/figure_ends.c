/* Upwards each label goes to its own height or just above the one before; downwards what left the panel comes back. */
#include "figures/figure_ends.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

double figure_ends_height(const figure_scale *scale, double value)
{
    if (isnan(value) || figure_scale_is_none(scale)) return NAN;
    double inside = fmax(scale->low, fmin(scale->high, value));
    if (scale->spacing == FIGURE_LINEAR) return (inside - scale->low) / (scale->high - scale->low);
    return log(inside / scale->low) / log(scale->high / scale->low);
}

/* Pointers to the heights that are numbers, the lowest first, equal ones in their order; returns how many. */
static size_t order(double *heights, size_t n, double **ordered)
{
    size_t n_ordered = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(heights[i])) continue;
        size_t at = n_ordered++;
        for (; at > 0 && *ordered[at - 1] > heights[i]; at--) ordered[at] = ordered[at - 1];
        ordered[at] = &heights[i];
    }
    return n_ordered;
}

void figure_ends_spread(double *heights, size_t n, double gap)
{
    double **ordered = fl_memory_new(n, sizeof *ordered);
    size_t n_ordered = order(heights, n, ordered);
    if (n_ordered > 1) gap = fmin(gap, 1 / (double)(n_ordered - 1));
    for (size_t i = 1; i < n_ordered; i++) *ordered[i] = fmax(*ordered[i], *ordered[i - 1] + gap);
    double most = 1;
    for (size_t i = n_ordered; i-- > 0; most -= gap) {
        *ordered[i] = fmin(*ordered[i], most);
        most = *ordered[i];
    }
    free(ordered);
}
