/* Steps to the target against the batch size, arm by arm: where a study lists three batch sizes or more and has a
 * target. */
#include "base/memory.h"
#include "summary/summary_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_BATCHES = 3 };

/* Does nothing but the batch size lie between two arms of one label? */
static bool differ_in_batch(const fl_study_arm *a, const fl_study_arm *b)
{
    return !strcmp(a->label, b->label) && a->base.owners.workload == b->base.owners.workload &&
           a->base.backend == b->base.backend && a->base.precision == b->base.precision && fl_study_same_parallel(a, b);
}

static bool is_first(const fl_summary *summary, size_t i)
{
    for (size_t before = 0; before < i; before++)
        if (differ_in_batch(summary->arms[before].arm, summary->arms[i].arm)) return false;
    return true;
}

/* The batch sizes of the arm that `first` begins, those with a filled budget. */
static size_t collect(const fl_summary *summary, size_t first, fl_stats_scaling_batch *batches, size_t *k)
{
    size_t n = 0;
    *k = SIZE_MAX;
    for (size_t i = first; i < summary->n_arms; i++) {
        const fl_summary_arm *arm = &summary->arms[i];
        if (!differ_in_batch(summary->arms[first].arm, arm->arm) || !arm->results->filled || !arm->n_counted) continue;
        batches[n++] = (fl_stats_scaling_batch){ (double)arm->arm->base.batch_size,
                                                 fl_summary_stepped(summary->results->study, arm), arm->n_counted };
        if (arm->k < *k) *k = arm->k;
    }
    return n;
}

void fl_summary_scale(fl_summary *summary)
{
    fl_stats_scaling_batch *batches = fl_memory_new(summary->n_arms, sizeof *batches);
    summary->scalings = fl_memory_new(summary->n_arms, sizeof *summary->scalings);
    for (size_t i = 0; i < summary->n_arms && summary->results->study->has_target; i++) {
        size_t k, n = is_first(summary, i) ? collect(summary, i, batches, &k) : 0;
        if (n >= LEAST_BATCHES)
            summary->scalings[summary->n_scalings++] =
                (fl_summary_scaling){ i, n, k,
                                      fl_stats_scaling_of(batches, n, k, FL_STATS_RESAMPLES, FL_SUMMARY_SEED) };
        for (size_t b = 0; b < n; b++) free((void *)batches[b].trials);
    }
    free(batches);
}
