/* A multinomial number is a chain of binomial ones: of n draws among m items the next item gets j with probability
 * C(n, j) (1/m)^j (1 - 1/m)^(n - j), found by going up from j = 0. */
#include "stats/resample.h"
#include "base/exact.h"

size_t fl_stats_times_drawn(fl_random_stream *stream, fl_stats_draws *left)
{
    size_t times = 0;
    double n = (double)left->draws, others = (double)left->items - 1;
    if (left->items == 1) {
        times = left->draws;
    } else {
        double chance = fl_exact_pow(others / (others + 1), n), rest = fl_random_uniform(stream) - chance;
        for (; rest >= 0 && times < left->draws; rest -= chance) {
            chance *= (n - (double)times) / (((double)times + 1) * others);
            times++;
        }
    }
    left->draws -= times;
    left->items--;
    return times;
}
