/* Simulated studies whose truth is known.
 *
 * Errors of trials are floor + spread W with W Weibull of shape c. Near an optimum the error is a quadratic bowl over
 * the d hyperparameters that matter, and the share of a search space below a height e of a bowl grows as e^(d/2): c =
 * d/2. The best of K has a mean in closed form, floor + spread Gamma(1 + 1/c) K^(-1/c).
 *
 * A program is given the number of studies (`test_stats_simulation 2000`, which tests of label `long` do); else it
 * simulates an eighth of them. Bounds are what is promised: the level of a test, and what is asked of power and coverage.
 * A count of so many studies may lie three binomial standard errors beyond.
 */
#ifndef FL_TESTS_SIMULATED_H
#define FL_TESTS_SIMULATED_H

#include "support/test.h"

#include "base/exact.h"
#include "base/random.h"
#include "stats/sample.h"
#include "stats/stats_trial.h"

enum { FEW_STUDIES = 250, MOST_TRIALS = 100 };

static size_t n_studies = FEW_STUDIES;

static inline void take_studies(int argc, char **argv)
{
    if (argc > 1) n_studies = strtoul(argv[1], NULL, 10);
}

static inline double tolerance(double share)
{
    return 3 * fl_stats_rate_error(share, n_studies);
}

static inline void assert_at_most(double share, double bound)
{
    if (share > bound + tolerance(bound)) fail_msg("%.4f, of %g at most", share, bound);
}

static inline void assert_at_least(double share, double bound)
{
    if (share < bound - tolerance(bound)) fail_msg("%.4f, of %g at least", share, bound);
}

/* Where trials of one arm come from. */
typedef struct source {
    double floor, spread, shape;
} source;

static const source SOURCE = { 0.10, 0.08, 1 };

static inline source times(source s, double factor)
{
    return (source){ factor * s.floor, factor * s.spread, s.shape };
}

static inline double weibull(fl_random_stream *stream, double shape)
{
    return fl_exact_pow(-fl_exact_log(1 - fl_random_uniform(stream)), 1 / shape);
}

static inline fl_stats_trial simulated_trial(double error)
{
    return (fl_stats_trial){ .score = error, .val_loss = error, .value = error };
}

static inline void draw_trials(fl_random_stream *stream, fl_stats_trial *trials, size_t n, source from)
{
    for (size_t i = 0; i < n; i++) trials[i] = simulated_trial(from.floor + from.spread * weibull(stream, from.shape));
}

/* E[best of K] less the floor. */
static inline double above_floor(source s, size_t k)
{
    return s.spread * tgamma(1 + 1 / s.shape) * fl_exact_pow((double)k, -1 / s.shape);
}

static inline double best_of(source s, size_t k)
{
    return s.floor + above_floor(s, k);
}

#endif
