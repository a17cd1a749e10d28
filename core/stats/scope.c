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

/* One-sided p that the difference is above zero, and below. */
typedef struct signs {
    double above, below;
} signs;

static signs signs_of(const fl_stats_arms *arms, size_t permutations, uint64_t seed)
{
    const fl_stats_arms turned = { arms->b, arms->a, arms->n_b, arms->n_a, arms->k, arms->paired };
    return (signs){ fl_stats_permutation(arms, permutations, seed).p_worse,
                    fl_stats_permutation(&turned, permutations, seed).p_worse };
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

fl_stats_scope_finding fl_stats_scope_find(const fl_stats_scope *scope, double p_flip, double level)
{
    if (p_flip < level) return FL_STATS_SCOPE_FLIP;
    return scope->p_same < level || scope->within ? FL_STATS_SCOPE_NO_FLIP : FL_STATS_SCOPE_NOT_SHOWN;
}

fl_stats_scope fl_stats_scope_of(const fl_stats_arms *narrow, const fl_stats_arms *wide, double margin,
                                 size_t resamples, uint64_t seed)
{
    fl_stats_gap in_narrow = fl_stats_gap_of(narrow, 0, resamples, seed),
                 in_wide = fl_stats_gap_of(wide, 0, resamples, seed + 2);
    fl_stats_scope scope = { .narrow = in_narrow.difference, .wide = in_wide.difference };
    const fl_stats_gap *smaller = fabs(scope.narrow) < fabs(scope.wide) ? &in_narrow : &in_wide;
    signs n = signs_of(narrow, resamples, seed), w = signs_of(wide, resamples, seed);
    scope.p_flip = fmin(fmax(n.above, w.below), fmax(n.below, w.above));
    scope.p_same = fmin(fmax(n.above, w.above), fmax(n.below, w.below));
    scope.within = smaller->low > -margin && smaller->high < margin;
    interact(narrow, wide, resamples, seed, &scope);
    scope.finding = fl_stats_scope_find(&scope, scope.p_flip, LEVEL);
    return scope;
}
