/* Does a comparison depend on what is tuned? D(s) is the difference of E[best of K] between an arm and the best of its
 * rivals (one or several) whose search space is s: `narrow`, where little is tuned, and `wide`, where everything is.
 * That tuning more turns the order round (Choi et al. 2019) is a claim of its own, and so is that it does not.
 */
#ifndef FL_STATS_SCOPE_H
#define FL_STATS_SCOPE_H

#include "stats/arms.h"
#include <stdint.h>

/* An arm against each of `n` >= 1 rivals: the first arm of all is the same. Borrowed. */
typedef struct fl_stats_scope_space {
    const fl_stats_arms *against;
    size_t n;
} fl_stats_scope_space;

typedef enum fl_stats_scope_finding {
    FL_STATS_SCOPE_NOT_SHOWN, /* none of these: the interval is wider than the margin */
    FL_STATS_SCOPE_FLIP,      /* D(narrow) > 0 and D(wide) < 0, or the reverse, both one-sided at .05 */
    FL_STATS_SCOPE_NO_FLIP    /* the same sign in both, each at .05; or the smaller |D| lies within the margin */
} fl_stats_scope_finding;

typedef struct fl_stats_scope {
    double narrow, wide;           /* D(narrow), D(wide) */
    double interaction, low, high; /* D(narrow) - D(wide) with its 90 % interval */
    bool interacts;                /* that interval excludes 0 */
    double p_flip, p_same; /* one-sided, the larger of both spaces': of opposite signs, and of the same in both */
    double p_within;       /* of a smaller |D| beyond the margin: the larger of two one-sided p */
    double p_none; /* the lesser of the last two. It needs no correction for being one of two: where a flip is as small
                      as the margin, evidence for a sign the same is rarer than for a |D| within it */
    fl_stats_scope_finding finding; /* at .05 */
} fl_stats_scope;

/* The finding at another level, each p having been corrected for other flips. */
fl_stats_scope_finding fl_stats_scope_find(double p_flip, double p_none, double level);

/* Where the margin is 0 a smaller |D| is never within it. A pure function of its arguments. */
fl_stats_scope fl_stats_scope_of(const fl_stats_scope_space *narrow, const fl_stats_scope_space *wide, double margin,
                                 size_t resamples, uint64_t seed);

#endif
