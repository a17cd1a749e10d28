/* A sign is shown where the one-sided test of the difference is below .05; a smaller |D| where two one-sided tests by
 * resampled differences are (Schuirmann 1987), which is a 90 % interval that lies within the margin.
 *
 * Against several rivals D is the greatest of the differences d_j. Below zero it is when all of them are (Berger 1982:
 * the largest p needs no correction); above zero when any is, so the least p counts once for each rival. D >= d_j for
 * all j bounds it from below by the greatest lower end, each at .05 over the number of rivals; D = d_j for one of them
 * bounds it from above by the greatest upper end. D(narrow) - D(wide) = max_i min_j (d_i - d_j), in the same way.
 */
#include "stats/scope.h"
#include "base/memory.h"
#include "stats/gap.h"
#include "stats/looks.h"
#include "stats/permutation.h"
#include "stats/sample.h"

#include <math.h>
#include <stdlib.h>

/* What is known of D in one space. */
typedef struct signed_space {
    double difference;
    double above, below;   /* one-sided p that D is above zero, and below */
    size_t n, n_resamples; /* rivals */
    double *resampled;     /* a row of resampled differences per rival; owned */
} signed_space;

static void add_rival(signed_space *space, const fl_stats_arms *arms, size_t permutations, uint64_t seed)
{
    const fl_stats_arms turned = { arms->b, arms->a, arms->n_b, arms->n_a, arms->k, arms->paired };
    fl_stats_difference found = fl_stats_permutation(arms, permutations, seed);
    space->difference = fmax(space->difference, found.difference);
    space->above = fmin(space->above, found.p_worse);
    space->below = fmax(space->below, fl_stats_permutation(&turned, permutations, seed).p_worse);
}

static signed_space look_at(const fl_stats_scope_space *of, size_t resamples, uint64_t seed)
{
    signed_space space = { -INFINITY, 1, 0, of->n, resamples, fl_memory_new(of->n * resamples, sizeof(double)) };
    for (size_t i = 0; i < of->n; i++) {
        add_rival(&space, &of->against[i], resamples, seed + 4 * i);
        fl_stats_gap_resampled(&of->against[i], seed + 4 * i, space.resampled + i * resamples, resamples);
    }
    space.above = fmin(1, (double)of->n * space.above);
    return space;
}

/* --- intervals --- */

/* A quantile of rival `i`'s resampled differences less those of rival `j` in another space. */
static double quantile(const signed_space *space, size_t i, const signed_space *less, size_t j, double q)
{
    size_t n = space->n_resamples;
    double *drawn = fl_memory_new(n, sizeof *drawn);
    for (size_t r = 0; r < n; r++) drawn[r] = space->resampled[i * n + r] - less->resampled[j * n + r];
    fl_stats_sort(drawn, n);
    double at = fl_stats_quantile(drawn, n, q);
    free(drawn);
    return at;
}

/* Holds for whichever rival j is the best one in the wide space, hence for the least. */
static double low_of(const signed_space *narrow, const signed_space *wide)
{
    double low = INFINITY;
    for (size_t j = 0; j < wide->n; j++) {
        double greatest = -INFINITY;
        for (size_t i = 0; i < narrow->n; i++)
            greatest = fmax(greatest, quantile(narrow, i, wide, j, FL_STATS_LEVEL / (double)narrow->n));
        low = fmin(low, greatest);
    }
    return low;
}

/* Holds for whichever rival i is the best one in the narrow space, hence for the greatest. */
static double high_of(const signed_space *narrow, const signed_space *wide)
{
    double high = -INFINITY;
    for (size_t i = 0; i < narrow->n; i++) {
        double least = INFINITY;
        for (size_t j = 0; j < wide->n; j++)
            least = fmin(least, quantile(narrow, i, wide, j, 1 - FL_STATS_LEVEL / (double)wide->n));
        high = fmax(high, least);
    }
    return high;
}

/* --- a difference within the margin --- */

/* The share of rival `i`'s resampled differences, their sign turned or not, that are no less than the margin. */
static double share_beyond(const signed_space *space, size_t i, double sign, double margin)
{
    size_t beyond = 1, n = space->n_resamples;
    for (size_t r = 0; r < n; r++) beyond += sign * space->resampled[i * n + r] >= margin;
    return (double)beyond / (double)(1 + n);
}

static double p_within(const signed_space *space, double margin)
{
    double below = 1, above = 0;
    for (size_t i = 0; i < space->n; i++) {
        below = fmin(below, (double)space->n * share_beyond(space, i, -1, margin));
        above = fmax(above, share_beyond(space, i, 1, margin));
    }
    return fmax(below, above);
}

/* --- findings --- */

fl_stats_scope_finding fl_stats_scope_find(double p_flip, double p_none, double level)
{
    if (p_flip < level) return FL_STATS_SCOPE_FLIP;
    return p_none < level ? FL_STATS_SCOPE_NO_FLIP : FL_STATS_SCOPE_NOT_SHOWN;
}

fl_stats_scope fl_stats_scope_of(const fl_stats_scope_space *narrow, const fl_stats_scope_space *wide, double margin,
                                 size_t resamples, uint64_t seed)
{
    signed_space n = look_at(narrow, resamples, seed), w = look_at(wide, resamples, seed + 2);
    fl_stats_scope scope = { .narrow = n.difference, .wide = w.difference };
    scope.p_flip = fmin(fmax(n.above, w.below), fmax(n.below, w.above));
    scope.p_same = fmin(fmax(n.above, w.above), fmax(n.below, w.below));
    scope.p_within = p_within(fabs(scope.narrow) < fabs(scope.wide) ? &n : &w, margin);
    scope.p_none = fmin(scope.p_same, scope.p_within);
    scope.interaction = scope.narrow - scope.wide;
    scope.low = low_of(&n, &w);
    scope.high = high_of(&n, &w);
    scope.interacts = scope.low > 0 || scope.high < 0;
    scope.finding = fl_stats_scope_find(scope.p_flip, scope.p_none, FL_STATS_LEVEL);
    free(n.resampled);
    free(w.resampled);
    return scope;
}
