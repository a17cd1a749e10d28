/* An infinite value would leave every mean infinite. */
#include "stats/arms.h"
#include "base/memory.h"
#include "stats/expected_best.h"
#include "stats/sample.h"

#include <stdlib.h>

enum { BLOCKS = 200 }; /* of K trials each: fewer than a few hundred leave tails that are not normal */

bool fl_stats_arms_many(const fl_stats_arms *arms)
{
    size_t fewer = fl_stats_fewer(arms->n_a, arms->n_b);
    return fewer > FL_STATS_MANY && fewer / BLOCKS >= arms->k;
}

fl_stats_trial *fl_stats_arms_capped(const fl_stats_arms *arms)
{
    size_t n = arms->n_a + arms->n_b;
    fl_stats_trial *trials = fl_memory_new(n, sizeof *trials);
    double *values = fl_memory_new(n, sizeof *values);
    for (size_t i = 0; i < n; i++) {
        trials[i] = i < arms->n_a ? arms->a[i] : arms->b[i - arms->n_a];
        values[i] = trials[i].value;
    }
    fl_stats_cap(values, n);
    for (size_t i = 0; i < n; i++) trials[i].value = values[i];
    free(values);
    return trials;
}
