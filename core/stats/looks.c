/* 1 / (n (n + 1)) = 1/n - 1/(n + 1), so the sum from n = 2 on is 1/2. */
#include "stats/looks.h"

static const double LEVEL = 0.05;

double fl_stats_level_of_look(size_t look)
{
    double n = (double)look;
    return look > 1 ? LEVEL / (n * (n + 1)) : LEVEL;
}
