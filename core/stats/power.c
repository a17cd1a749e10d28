/* Studies of one design share their random numbers whatever the shift, so that power grows with it and bisection finds
 * where it passes 80 %: by few studies as long as the bracket is wide, by all of them in the end. A test stops as soon
 * as its p can no longer fall below the level. */
#include "stats/power.h"
#include "base/memory.h"
#include "base/random.h"
#include "stats/permutation.h"
#include "stats/sample.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* As many divisions are as extreme as the one that happened, at a p that equals the level; and how many are drawn
 * between two looks at whether that many were met already. */
enum { EXTREMES_AT_LEVEL = 10, DIVISIONS_AT_ONCE = 100 };

enum { BRACKET_STUDIES = 100, DOUBLINGS = 40 };
static const double BRACKET = 1.3, PRECISION = 1.05; /* upper end over lower end */

static void draw(fl_random_stream *stream, const fl_stats_trial *pilot, size_t n_pilot, double shift, size_t n,
                 fl_stats_trial *trials)
{
    for (size_t i = 0; i < n; i++) {
        trials[i] = pilot[fl_random_below(stream, n_pilot)];
        trials[i].score += shift;
        trials[i].value += shift;
    }
}

static bool is_found(const fl_stats_trial *a, const fl_stats_trial *b, const fl_stats_design *design, uint64_t seed)
{
    double most = EXTREMES_AT_LEVEL, extremes = 0;
    size_t divisions = (size_t)ceil(most / design->level);
    for (size_t drawn = 0; drawn < divisions; drawn += DIVISIONS_AT_ONCE) {
        fl_stats_difference found =
            fl_stats_permutation(a, design->n, b, design->n, design->k, DIVISIONS_AT_ONCE, seed + drawn);
        if (found.difference >= 0) return false; /* equal, or the wrong way round */
        extremes += found.p * (DIVISIONS_AT_ONCE + 1) - 1;
        if (extremes >= most) return false;
    }
    return true;
}

double fl_stats_power(const fl_stats_trial *pilot, size_t n_pilot, const fl_stats_design *design, double shift,
                      size_t studies)
{
    fl_stats_trial *a = fl_memory_new(2 * design->n, sizeof *a), *b = a + design->n;
    size_t found = 0;
    for (size_t i = 0; i < studies; i++) {
        fl_random_stream stream = fl_random_stream_start(design->seed, "power", i);
        draw(&stream, pilot, n_pilot, 0, design->n, a);
        draw(&stream, pilot, n_pilot, shift, design->n, b);
        found += is_found(a, b, design, fl_random_seed_derive(design->seed, i, 0));
    }
    free(a);
    return (double)found / (double)studies;
}

/* The range of the finite values, 0 where there are none. */
static double range_of(const fl_stats_trial *pilot, size_t n)
{
    double least = HUGE_VAL, most = -HUGE_VAL;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(pilot[i].value)) continue;
        least = fmin(least, pilot[i].value);
        most = fmax(most, pilot[i].value);
    }
    return most > least ? most - least : 0;
}

/* Halve the bracket on a log scale until its ends are within `ratio`. */
static void bisect(const fl_stats_trial *pilot, size_t n, const fl_stats_design *design, size_t studies, double ratio,
                   double *low, double *high)
{
    while (*high / *low > ratio) {
        double middle = sqrt(*low * *high);
        if (fl_stats_power(pilot, n, design, middle, studies) >= FL_STATS_POWER)
            *high = middle;
        else
            *low = middle;
    }
}

double fl_stats_detectable_shift(const fl_stats_trial *pilot, size_t n_pilot, const fl_stats_design *design)
{
    double range = range_of(pilot, n_pilot), high = range / 256;
    if (!(range > 0)) return NAN;
    for (int i = 0; fl_stats_power(pilot, n_pilot, design, high, BRACKET_STUDIES) < FL_STATS_POWER; i++) {
        if (i == DOUBLINGS) return NAN; /* too few trials for the level, however far apart */
        high *= 2;
    }
    double low = high / 2;
    bisect(pilot, n_pilot, design, BRACKET_STUDIES, BRACKET, &low, &high);
    low /= sqrt(BRACKET); /* what few studies said may be a little off */
    high *= sqrt(BRACKET);
    bisect(pilot, n_pilot, design, FL_STATS_STUDIES, PRECISION, &low, &high);
    return high;
}
