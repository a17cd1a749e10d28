/* An infinite value would leave every mean infinite. */
#include "stats/arms.h"
#include "base/memory.h"
#include "stats/sample.h"

#include <stdlib.h>

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
