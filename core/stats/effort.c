/* The area is that of the straight lines between E[best of K] at K = 1, 2, 3, ..., `most`. */
#include "stats/effort.h"
#include "stats/expected_best.h"
#include "stats/gap.h"
#include "study/study.h"

#include <math.h>

size_t fl_stats_effort_ks(size_t most, size_t ks[FL_STATS_EFFORTS])
{
    size_t n = 0;
    for (size_t k = 1; k <= most && n < FL_STATS_EFFORTS; k *= 2) ks[n++] = k;
    return n;
}

size_t fl_stats_effort_of(const fl_stats_arms *arms, size_t resamples, uint64_t seed,
                          fl_stats_effort efforts[FL_STATS_EFFORTS])
{
    size_t ks[FL_STATS_EFFORTS], smaller = arms->n_a < arms->n_b ? arms->n_a : arms->n_b;
    size_t n = fl_stats_effort_ks(smaller / FL_STUDY_TRIALS_PER_DRAW, ks);
    for (size_t i = 0; i < n; i++) {
        fl_stats_arms at = *arms;
        at.k = ks[i];
        fl_stats_gap gap = fl_stats_gap_of(&at, 0, resamples, seed);
        efforts[i] = (fl_stats_effort){ ks[i], gap.difference, gap.low, gap.high };
    }
    return n;
}

double fl_stats_effort_area(const fl_stats_trial *trials, size_t n, size_t most)
{
    double finite, before = fl_stats_expected_best(trials, n, 1, &finite), area = 0;
    if (most == 1) return before;
    for (size_t k = 2; k <= most; k++) {
        double next = fl_stats_expected_best(trials, n, k, &finite);
        area += (before + next) / 2 * log2((double)k / (double)(k - 1));
        before = next;
    }
    return area / log2((double)most);
}
