/* The area is that of the straight lines between E[best of K] at K = 1, 2, 3, ..., `most`, above 64 at every
 * thirty-second. */
#include "stats/effort.h"
#include "base/memory.h"
#include "stats/expected_best.h"
#include "stats/gap.h"
#include "stats/sample.h"
#include "study/study.h"

#include <math.h>
#include <stdlib.h>

size_t fl_stats_effort_ks(size_t most, size_t ks[FL_STATS_EFFORTS])
{
    size_t n = 0;
    for (size_t k = 1; k <= most && n < FL_STATS_EFFORTS; k *= 2) ks[n++] = k;
    return n;
}

size_t fl_stats_effort_of(const fl_stats_arms *arms, size_t resamples, uint64_t seed,
                          fl_stats_effort efforts[FL_STATS_EFFORTS])
{
    size_t ks[FL_STATS_EFFORTS];
    size_t n = fl_stats_effort_ks(fl_stats_fewer(arms->n_a, arms->n_b) / FL_STUDY_TRIALS_PER_DRAW, ks);
    for (size_t i = 0; i < n; i++) {
        fl_stats_arms at = *arms;
        at.k = ks[i];
        fl_stats_gap gap = fl_stats_gap_of(&at, 0, resamples, seed);
        efforts[i] = (fl_stats_effort){ ks[i], ks[i], gap.difference, gap.low, gap.high };
    }
    return n;
}

/* --- unlike efforts --- */

static fl_stats_effort unlike(const fl_stats_trial *a, size_t n_a, size_t k_a, const fl_stats_trial *b, size_t n_b,
                              size_t k_b, size_t resamples, uint64_t seed)
{
    double finite, *first = fl_memory_new(resamples, sizeof *first), *second = fl_memory_new(resamples, sizeof *second);
    fl_stats_expected_best_resampled(a, n_a, k_a, seed, first, resamples);
    fl_stats_expected_best_resampled(b, n_b, k_b, seed + 1, second, resamples);
    for (size_t i = 0; i < resamples; i++) first[i] -= second[i];
    fl_stats_sort(first, resamples);
    fl_stats_effort effort = { k_a, k_b,
                               fl_stats_expected_best(a, n_a, k_a, &finite) -
                                   fl_stats_expected_best(b, n_b, k_b, &finite),
                               fl_stats_quantile(first, resamples, 0.05), fl_stats_quantile(first, resamples, 0.95) };
    free(first);
    free(second);
    return effort;
}

size_t fl_stats_effort_unlike(const fl_stats_arms *arms, size_t resamples, uint64_t seed,
                              fl_stats_effort efforts[FL_STATS_UNLIKE])
{
    size_t ks[FL_STATS_EFFORTS], found = 0;
    size_t n = fl_stats_effort_ks(fl_stats_fewer(arms->n_a, arms->n_b) / FL_STUDY_TRIALS_PER_DRAW, ks);
    fl_stats_trial *a = fl_stats_arms_capped(arms), *b = a + arms->n_a;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (i != j) efforts[found++] = unlike(a, arms->n_a, ks[i], b, arms->n_b, ks[j], resamples, seed);
    free(a);
    return found;
}

/* --- areas --- */

/* Every K while they are few; of many those a thirty-second apart, between which the curve is as good as straight. */
enum { DENSE = 64, PER_K = 32, MOST_KS = 2000 };

static size_t area_ks(size_t most, size_t *ks)
{
    size_t n = 0;
    for (size_t k = 1; k < most; k += k < DENSE ? 1 : k / PER_K) ks[n++] = k;
    ks[n++] = most;
    return n;
}

double fl_stats_effort_area(const fl_stats_trial *trials, size_t n, size_t most)
{
    size_t ks[MOST_KS], n_ks = area_ks(most, ks);
    double means[MOST_KS], finite[MOST_KS], area = 0;
    fl_stats_expected_best_each(trials, n, ks, n_ks, means, finite);
    for (size_t i = 1; i < n_ks; i++) area += (means[i - 1] + means[i]) / 2 * log2((double)ks[i] / (double)ks[i - 1]);
    return n_ks > 1 ? area / log2((double)most) : means[0];
}
