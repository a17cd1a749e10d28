/* Targets are seen only where there is an evaluation: that grid is the resolution of every answer here. */
#include "stats/steps.h"

#include <math.h>

double fl_stats_steps_to_target(const double *steps, const double *values, size_t n, double target)
{
    for (size_t i = 0; i < n; i++)
        if (values[i] < target) return steps[i];
    return INFINITY;
}

bool fl_stats_steps_equal(double a, double b, double eval_every)
{
    return a == b || fabs(a - b) <= eval_every; /* equal infinities have no difference */
}
