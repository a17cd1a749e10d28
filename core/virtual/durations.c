/* Each distribution by its inverse, from draws whose number is the same however they come out. */
#include "virtual/durations.h"
#include "base/exact.h"

#include <math.h>

static const double PER_SECOND = 1e9, MOST = 0x1p53; /* 104 days, and sums of 2,048 of them do not overflow */

const char *const fl_virtual_distributions[] = {
    [FL_VIRTUAL_CONSTANT] = "constant",   [FL_VIRTUAL_EXPONENTIAL] = "exponential",
    [FL_VIRTUAL_LOGNORMAL] = "lognormal", [FL_VIRTUAL_PARETO] = "pareto",
    [FL_VIRTUAL_TRACE] = "trace",         [FL_VIRTUAL_DISTRIBUTIONS] = NULL,
};

static double draw_constant(fl_random_stream *stream, const fl_virtual_duration *duration)
{
    (void)stream;
    (void)duration;
    return 1;
}

static double draw_exponential(fl_random_stream *stream, const fl_virtual_duration *duration)
{
    (void)duration;
    return -fl_exact_log(1 - fl_random_uniform(stream));
}

static double draw_lognormal(fl_random_stream *stream, const fl_virtual_duration *duration)
{
    double spread = duration->spread;
    return fl_exact_exp(spread * fl_random_normal(stream) - spread * spread / 2);
}

static double draw_pareto(fl_random_stream *stream, const fl_virtual_duration *duration)
{
    double spread = duration->spread;
    return (spread - 1) / spread * fl_exact_pow(1 - fl_random_uniform(stream), -1 / spread);
}

static double draw_traced(fl_random_stream *stream, const fl_virtual_duration *duration)
{
    const fl_virtual_trace *trace = duration->trace;
    return trace->seconds[(size_t)(fl_random_uniform(stream) * (double)trace->n)] / trace->mean;
}

/* Of mean 1. */
static double (*const draws[FL_VIRTUAL_DISTRIBUTIONS])(fl_random_stream *stream,
                                                       const fl_virtual_duration *duration) = {
    [FL_VIRTUAL_CONSTANT] = draw_constant,   [FL_VIRTUAL_EXPONENTIAL] = draw_exponential,
    [FL_VIRTUAL_LOGNORMAL] = draw_lognormal, [FL_VIRTUAL_PARETO] = draw_pareto,
    [FL_VIRTUAL_TRACE] = draw_traced,
};

uint64_t fl_virtual_duration_draw(const fl_virtual_duration *duration, fl_random_stream *stream)
{
    double one = draws[duration->distribution](stream, duration);
    return (uint64_t)fmin(floor(duration->mean * one * PER_SECOND + 0.5), MOST);
}

double fl_virtual_seconds(uint64_t nanoseconds)
{
    return (double)nanoseconds / PER_SECOND;
}
