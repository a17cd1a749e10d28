/* Errors drawn from distributions whose best of K is known. */
#include "support/simulated.h"

#include "base/exact.h"
#include "stats/sample.h"

#include <math.h>
#include <stdlib.h>

size_t n_studies = FEW_STUDIES;

void take_studies(int argc, char **argv)
{
    if (argc > 1) n_studies = strtoul(argv[1], NULL, 10);
}

double tolerance(double share)
{
    return 3 * fl_stats_rate_error(share, n_studies);
}

void assert_at_most(double share, double bound)
{
    if (share > bound + tolerance(bound)) fail_msg("%.4f, of %g at most", share, bound);
}

void assert_at_least(double share, double bound)
{
    if (share < bound - tolerance(bound)) fail_msg("%.4f, of %g at least", share, bound);
}

const source SOURCE = { 0.10, 0.08, 1 };

source times(source s, double factor)
{
    return (source){ factor * s.floor, factor * s.spread, s.shape };
}

double weibull(fl_random_stream *stream, double shape)
{
    return fl_exact_pow(-fl_exact_log(1 - fl_random_uniform(stream)), 1 / shape);
}

fl_stats_trial simulated_trial(double error)
{
    return (fl_stats_trial){ .score = error, .val_loss = error, .value = error };
}

void draw_trials(fl_random_stream *stream, fl_stats_trial *trials, size_t n, source from)
{
    for (size_t i = 0; i < n; i++) trials[i] = simulated_trial(from.floor + from.spread * weibull(stream, from.shape));
}

double above_floor(source s, size_t k)
{
    return s.spread * tgamma(1 + 1 / s.shape) * fl_exact_pow((double)k, -1 / s.shape);
}

double best_of(source s, size_t k)
{
    return s.floor + above_floor(s, k);
}
