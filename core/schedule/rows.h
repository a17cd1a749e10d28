/* Rows of hyperparameter tables that several schedules share, and how far a decay has come. For this folder only. */
#ifndef FL_SCHEDULE_ROWS_H
#define FL_SCHEDULE_ROWS_H

#include "schedule/schedule.h"

#include <math.h>

/* The first row of every table, so that schedule.c finds it. */
enum { FL_SCHEDULE_WARMUP };
#define FL_SCHEDULE_WARMUP_STEPS                                                                                       \
    {                                                                                                                  \
        .name = "warmup_steps", .help = "steps of linear rise to the full rate before the schedule starts",            \
        .scale = FL_HYPER_INTEGER, .default_value = 0, .min = 0, .max = HUGE_VAL                                       \
    }

#define FL_SCHEDULE_DECAY_FRACTION                                                                                     \
    {                                                                                                                  \
        .name = "decay_fraction", .help = "T_d/T, fraction of the steps after which the decay is complete",            \
        .scale = FL_HYPER_LINEAR, .default_value = 1, .min = 0, .min_open = true, .max = 1                             \
    }

#define FL_SCHEDULE_END_FACTOR(at_default)                                                                             \
    {                                                                                                                  \
        .name = "end_factor", .help = "f, the last rate over the first", .scale = FL_HYPER_LOG,                        \
        .default_value = (at_default), .min = 0, .max = 1                                                              \
    }

/* t / (fraction T), at most 1. */
static inline double fl_schedule_progress(const fl_schedule_context *context, double fraction)
{
    return fmin((double)context->step / (fraction * (double)context->steps), 1);
}

/* From 1 at share 1 down to f at share 0. */
static inline double fl_schedule_between(double f, double share)
{
    return f + (1 - f) * share;
}

#endif
