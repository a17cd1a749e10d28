/* Simulated studies whose truth is known.
 *
 * Errors of trials are floor + spread W with W Weibull of shape c. Near an optimum the error is a quadratic bowl over
 * the d hyperparameters that matter, and the share of a search space below a height e of a bowl grows as e^(d/2): c =
 * d/2. The best of K has a mean in closed form, floor + spread Gamma(1 + 1/c) K^(-1/c).
 *
 * A program is given the number of studies (`test_stats_simulation 2000`, which tests of label `long` do); else it
 * simulates an eighth of them. Bounds are what is promised: the level of a test, and what is asked of power and
 * coverage. A count of so many studies may lie three binomial standard errors beyond.
 */
#ifndef FL_TESTS_SIMULATED_H
#define FL_TESTS_SIMULATED_H

#include "support/test.h"

#include "base/random.h"
#include "stats/stats_trial.h"

enum { FEW_STUDIES = 250, MOST_TRIALS = 100 };

extern size_t n_studies; /* FEW_STUDIES, or as take_studies() was told */
void take_studies(int argc, char **argv);

/* Three standard errors of a fraction of so many studies. */
double tolerance(double share);

void assert_at_most(double share, double bound);
void assert_at_least(double share, double bound);

/* Where trials of one arm come from. */
typedef struct source {
    double floor, spread, shape;
} source;

extern const source SOURCE;

/* Floor and spread times a factor. */
source times(source s, double factor);

double weibull(fl_random_stream *stream, double shape);
fl_stats_trial simulated_trial(double error);
void draw_trials(fl_random_stream *stream, fl_stats_trial *trials, size_t n, source from);

/* E[best of K], and that less the floor. */
double above_floor(source s, size_t k);
double best_of(source s, size_t k);

#endif
