/* How often does one arm win? P(the best of K new trials of A is lower than that of B), ties one half, over all subsets
 * of K of the trials of each. As for any figure of the best of K, K <= N/5 keeps it from being about these trials
 * alone.
 */
#ifndef FL_STATS_WIN_RATE_H
#define FL_STATS_WIN_RATE_H

#include "stats/arms.h"

/* Between 0 and 1; the rates of a against b and of b against a add up to 1. Infinite values tie with each other.
 * `paired` is ignored: the best of K comes from unlike trials. */
double fl_stats_win_rate(const fl_stats_arms *arms);

#endif
