/* A sign is shown where the one-sided test of the difference is below .05; a smaller |D| where its 90 % interval lies
 * within the margin, which is two one-sided tests at .05 (Schuirmann 1987). */
#include "stats/scope.h"
#include "base/memory.h"
#include "stats/gap.h"
#include "stats/permutation.h"
#include "stats/sample.h"

#include <math.h>
#include <stdlib.h>

static const double LEVEL = 0.05;

/* +1 or -1 where the difference is shown to be above or below zero, else 0. */
static int sign_of(const fl_stats_arms *arms, size_t permutations, uint64_t seed)
{
    const fl_stats_arms turned = { arms->b, arms->a, arms->n_b, arms->n_a, arms->k, arms->paired };
    if (fl_stats_permutation(arms, permutations, seed).p_worse < LEVEL) return 1;
    return fl_stats_permutation(&turned, permutations, seed).p_worse < LEVEL ? -1 : 0;
}

/* The interval of the difference of two differences whose arms have no trial in common. */
static void interact(const fl_stats_arms *narrow, const fl_stats_arms *wide, size_t resamples, uint64_t seed,
                     fl_stats_scope *scope)
{
    double *first = fl_memory_new(resamples, sizeof *first), *second = fl_memory_new(resamples, sizeof *second);
    fl_stats_gap_resampled(narrow, seed, first, resamples);
    fl_stats_gap_resampled(wide, seed + 2, second, resamples);
    for (size_t i = 0; i < resamples; i++) first[i] -= second[i];
    fl_stats_sort(first, resamples);
    scope->low = fl_stats_quantile(first, resamples, 0.05);
    scope->high = fl_stats_quantile(first, resamples, 0.95);
    scope->interaction = scope->narrow - scope->wide;
    scope->interacts = scope->low > 0 || scope->high < 0;
    free(first);
    free(second);
}

fl_stats_scope fl_stats_scope_of(const fl_stats_arms *narrow, const fl_stats_arms *wide, double margin,
                                 size_t resamples, uint64_t seed)
{
    fl_stats_gap in_narrow = fl_stats_gap_of(narrow, 0, resamples, seed),
                 in_wide = fl_stats_gap_of(wide, 0, resamples, seed + 2);
    fl_stats_scope scope = { .narrow = in_narrow.difference, .wide = in_wide.difference };
    const fl_stats_gap *smaller = fabs(scope.narrow) < fabs(scope.wide) ? &in_narrow : &in_wide;
    int signs = sign_of(narrow, resamples, seed) * sign_of(wide, resamples, seed);
    interact(narrow, wide, resamples, seed, &scope);
    if (signs < 0)
        scope.finding = FL_STATS_SCOPE_FLIP;
    else if (signs > 0 || (smaller->low > -margin && smaller->high < margin))
        scope.finding = FL_STATS_SCOPE_NO_FLIP;
    return scope;
}
