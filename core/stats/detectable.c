/* A shift of one arm by delta moves the difference of the U-statistics by delta and leaves their standard error alone.
 * So one simulated study with difference d and error s finds every delta >= c s - d, and the detectable difference is
 * the 80th percentile of c s - d. The critical value c is the quantile of |d - E d| / s over the studies, where d - E d
 * is what arms without a difference would show. */
#include "stats/detectable.h"
#include "base/memory.h"
#include "base/random.h"
#include "stats/expected_best.h"
#include "stats/jackknife.h"
#include "stats/permutation.h"
#include "stats/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double POWER = 0.8;
enum { LEAST_PILOT = 10 };
enum { LEAST_STUDIES = 1000, MOST_STUDIES = 20000, BEYOND = 20 }; /* studies beyond the critical value at either end */

/* One arm of the pilot, ready to be drawn from. */
typedef struct source {
    size_t n;       /* of the pilot */
    double *values; /* by rank */
    size_t *ranks;  /* of each trial */
    size_t *begins; /* by rank: where its draws begin in the simulated arm; one more at the end */
    double *drawn, *deviations;
    size_t *draws; /* by rank in the simulated arm: which draw it was */
} source;

static source source_new(const fl_stats_trial *trials, size_t n, size_t n_drawn)
{
    source s = { .n = n,
                 .values = fl_memory_new(n, sizeof(double)),
                 .ranks = fl_memory_new(n, sizeof(size_t)),
                 .begins = fl_memory_new(n + 1, sizeof(size_t)),
                 .drawn = fl_memory_new(n_drawn, sizeof(double)),
                 .deviations = fl_memory_new(n_drawn, sizeof(double)),
                 .draws = fl_memory_new(n_drawn, sizeof(size_t)) };
    size_t *places = fl_memory_new(n, sizeof *places);
    fl_stats_rank(trials, n, places);
    for (size_t rank = 0; rank < n; rank++) {
        s.values[rank] = trials[places[rank]].value;
        s.ranks[places[rank]] = rank;
    }
    free(places);
    return s;
}

static void source_free(source *s)
{
    free(s->values);
    free(s->ranks);
    free(s->begins);
    free(s->drawn);
    free(s->deviations);
    free(s->draws);
}

static void draw(fl_random_stream *stream, size_t *picked, size_t n, size_t n_pilot)
{
    for (size_t i = 0; i < n; i++) picked[i] = fl_random_below(stream, n_pilot);
}

/* The U-statistic of the picked trials; its deviations by rank, and by rank the draw. */
static double estimate(source *s, const fl_stats_jackknife *jackknife, const size_t *picked, size_t n)
{
    memset(s->begins, 0, (s->n + 1) * sizeof *s->begins);
    for (size_t i = 0; i < n; i++) s->begins[s->ranks[picked[i]] + 1]++;
    for (size_t rank = 0; rank < s->n; rank++) s->begins[rank + 1] += s->begins[rank];
    for (size_t i = 0; i < n; i++) {
        size_t rank = s->ranks[picked[i]], at = s->begins[rank]++;
        s->drawn[at] = s->values[rank];
        s->draws[at] = i;
    }
    return fl_stats_jackknife_of(jackknife, s->drawn, s->deviations, &(double){ 0 });
}

static double joint_variance(const source *a, const source *b, const fl_stats_jackknife *jackknife, double *joint)
{
    for (size_t i = 0; i < jackknife->n; i++) joint[a->draws[i]] = a->deviations[i];
    for (size_t i = 0; i < jackknife->n; i++) joint[b->draws[i]] -= b->deviations[i];
    return fl_stats_jackknife_variance(jackknife, joint, 0);
}

/* Simulate studies of `n` trials per arm: the difference and the standard error of each. */
static void simulate(const fl_stats_arms *pilot, size_t n, uint64_t seed, double *differences, double *errors,
                     size_t n_studies)
{
    fl_stats_trial *trials = fl_stats_arms_capped(pilot);
    source a = source_new(trials, pilot->n_a, n), b = source_new(trials + pilot->n_a, pilot->n_b, n);
    fl_stats_jackknife jackknife = fl_stats_jackknife_new(n, pilot->k);
    size_t *picked = fl_memory_new(n, sizeof *picked);
    double *joint = fl_memory_new(n, sizeof *joint);
    fl_random_stream stream = fl_random_stream_start(seed, "simulated study", 0);
    for (size_t i = 0; i < n_studies; i++) {
        draw(&stream, picked, n, pilot->n_a);
        differences[i] = estimate(&a, &jackknife, picked, n);
        if (!pilot->paired) draw(&stream, picked, n, pilot->n_b);
        differences[i] -= estimate(&b, &jackknife, picked, n);
        errors[i] = sqrt(pilot->paired ? joint_variance(&a, &b, &jackknife, joint)
                                       : fl_stats_jackknife_variance(&jackknife, a.deviations, 0) +
                                             fl_stats_jackknife_variance(&jackknife, b.deviations, 0));
    }
    free(picked);
    free(joint);
    fl_stats_jackknife_free(&jackknife);
    source_free(&a);
    source_free(&b);
    free(trials);
}

/* The range of the pilot's values, the infinite ones capped. */
static double range_of(const fl_stats_arms *pilot)
{
    fl_stats_trial *trials = fl_stats_arms_capped(pilot);
    double least = HUGE_VAL, most = -HUGE_VAL;
    for (size_t i = 0; i < pilot->n_a + pilot->n_b; i++) {
        least = fmin(least, trials[i].value);
        most = fmax(most, trials[i].value);
    }
    free(trials);
    return most - least;
}

static double critical_value(const double *differences, const double *errors, size_t n, double level)
{
    double *statistics = fl_memory_new(n, sizeof *statistics), mean = 0;
    for (size_t i = 0; i < n; i++) mean += differences[i] / (double)n;
    for (size_t i = 0; i < n; i++) {
        double apart = fabs(differences[i] - mean);
        statistics[i] = apart > 0 ? apart / errors[i] : 0;
    }
    fl_stats_sort(statistics, n);
    double critical = fl_stats_quantile(statistics, n, 1 - level);
    free(statistics);
    return critical;
}

size_t fl_stats_pilot(size_t k)
{
    return 2 * k > LEAST_PILOT ? 2 * k : LEAST_PILOT;
}

double fl_stats_detectable(const fl_stats_arms *pilot, size_t n, double level, uint64_t seed)
{
    size_t least = fl_stats_pilot(pilot->k);
    if (pilot->n_a < least || pilot->n_b < least || n <= pilot->k || n > FL_STATS_MANY) return NAN;
    if (fl_stats_permutation_least(n, n, pilot->paired) > level) return NAN;
    size_t n_studies = (size_t)fmin(MOST_STUDIES, fmax(LEAST_STUDIES, 2 * BEYOND / level));
    double *found = fl_memory_new(n_studies, sizeof *found), *errors = fl_memory_new(n_studies, sizeof *errors),
           mean = 0;
    simulate(pilot, n, seed, found, errors, n_studies);
    double critical = critical_value(found, errors, n_studies, level);
    for (size_t i = 0; i < n_studies; i++) mean += found[i] / (double)n_studies;
    for (size_t i = 0; i < n_studies; i++) found[i] = critical * errors[i] - (found[i] - mean);
    fl_stats_sort(found, n_studies);
    double detectable = fl_stats_quantile(found, n_studies, POWER);
    free(found);
    free(errors);
    return detectable > 0 && detectable <= range_of(pilot) ? detectable : NAN;
}
