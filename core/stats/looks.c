/* 1 / (n (n + 1)) = 1/n - 1/(n + 1), so the sum from n = 2 on is 1/2. */
#include "stats/looks.h"

double fl_stats_level_of_look(size_t look)
{
    double n = (double)look;
    return look > 1 ? FL_STATS_LEVEL / (n * (n + 1)) : FL_STATS_LEVEL;
}
