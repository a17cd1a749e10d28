/* Targets are seen only where there is an evaluation: that grid is the resolution of every answer here. */
#include "stats/steps.h"

#include <math.h>

bool fl_stats_steps_equal(double a, double b, double eval_every)
{
    return a == b || fabs(a - b) <= eval_every; /* equal infinities have no difference */
}
